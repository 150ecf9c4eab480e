package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.Provenance.Event;
import org.swav4j.runlog.Provenance.Kind;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.sample.SampleImages;

/** {@code --nproc}: real processes that are killed, stopped, signalled and started again. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LaunchTest {
    private static final int STEPS = 60;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
    }

    private static SwavProcess start(Path run, Object... more) throws IOException {
        return SwavProcess.start(folder, words(run, more));
    }

    /** Twenty epochs of three steps. */
    private static List<String> words(Path run, Object... more) {
        return TinyCommand.words(Stream.concat(
                        Stream.of(
                                "--data",
                                folder.resolve("images/train"),
                                "--out",
                                run,
                                "--epochs",
                                STEPS / 3,
                                "--workers",
                                "1",
                                "--nproc",
                                "2"),
                        Stream.of(more))
                .toArray());
    }

    /** The process of a rank, once its output says so. */
    private static ProcessHandle rank(SwavProcess launcher, int rank) {
        return launcher.handle()
                .children()
                .filter(child -> variable(child.pid(), "RANK").equals(Integer.toString(rank)))
                .findFirst()
                .orElseThrow();
    }

    private static String variable(long pid, String name) {
        try {
            for (String entry : Files.readString(Path.of("/proc", Long.toString(pid), "environ"))
                    .split("\0")) {
                if (entry.startsWith(name + "=")) {
                    return entry.substring(name.length() + 1);
                }
            }
        } catch (IOException e) {
            // it has ended
        }
        return "";
    }

    private static void awaitEnd(List<ProcessHandle> processes) throws Exception {
        for (ProcessHandle process : processes) {
            process.onExit().get(10, TimeUnit.SECONDS);
        }
    }

    private static List<Kind> history(Path run) throws IOException {
        return Provenance.read(RunDirectory.open(run)).history().stream()
                .map(Event::event)
                .toList();
    }

    private static void requireSame(Path run, Path other) throws IOException {
        for (String name : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(Checkpoint.find(run).directory().resolve(name))
                    .hasSameBinaryContentAs(Checkpoint.find(other).directory().resolve(name));
        }
    }

    /** The group loses a rank, is started again, and stops as one process does. */
    @Test
    void aGroupIsStartedAgainAndStoppedOnce() throws Exception {
        Path run = folder.resolve("disturbed");
        try (SwavProcess process =
                start(run, "--epochs", "4000", "--checkpoint-every", "5steps", "--max-restarts", "1")) {
            assertThat(process.await(() -> process.shows("saved "), 60)).isTrue();
            ProcessHandle victim = rank(process, 1);
            SwavProcess.signal(victim, "KILL");
            assertThat(process.await(() -> process.shows(", from step "), 60)).isTrue();
            assertThat(process.await(() -> process.handle().children().count() == 2, 10))
                    .isTrue();
            process.signal("USR1");
            SwavProcess.Result end = process.end(30);
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(ExitCode.PREEMPTED);
            assertThat(end.err())
                    .contains("swav: rank 1 (process " + victim.pid() + ") was killed by signal 9 (KILL); the others"
                            + " were ended; what it printed is in " + run.resolve("logs/rank-1.txt"))
                    .contains("starting again from the newest checkpoint (restart 1 of 1)")
                    .containsOnlyOnce("finishing this step and saving")
                    .doesNotContain("\tat ");
            assertThat(end.out())
                    .contains("Stopped after step "
                            + Checkpoint.find(run).progress().step())
                    .contains("--nproc 2 --resume");
        }
        assertThat(history(run)).startsWith(Kind.START).endsWith(Kind.RESTART, Kind.RESUME, Kind.PREEMPTED);
        assertThat(Files.readString(run.resolve("logs/rank-0.txt")))
                .contains("rank 0 of 2\n", "rank 0 of 2, restart 1 of 1: rank 1 (process", "saved ");
        assertThat(Files.readString(run.resolve("logs/rank-1.txt"))).contains("rank 1 of 2");
    }

    @Test
    @Tag("slow")
    void aGroupThatIsStoppedGoesOnAsIfItHadNotBeen() throws Exception {
        Path whole = whole();
        Path run = folder.resolve("stopped");
        try (SwavProcess process = start(run)) {
            assertThat(process.await(() -> process.shows("loss"), 60)).isTrue();
            process.signal("TERM");
            assertThat(process.end(30).code()).isEqualTo(ExitCode.PREEMPTED);
        }
        try (SwavProcess process = start(run, "--resume")) {
            SwavProcess.Result end = process.end(60);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.err()).isEmpty();
        }
        requireSame(run, whole);
    }

    /** A run that nothing happened to. */
    private static synchronized Path whole() throws Exception {
        Path whole = folder.resolve("whole");
        if (!Files.exists(whole)) {
            try (SwavProcess process = start(whole)) {
                SwavProcess.Result end = process.end(60);
                assertThat(end.code()).as(end.out() + end.err()).isZero();
                assertThat(end.err()).isEmpty();
                assertThat(end.out().lines().filter(line -> line.startsWith("Done:")))
                        .hasSize(1);
            }
        }
        return whole;
    }

    /** Whoever may not end its children, as it is killed, must not leave them behind. */
    @Test
    void theRanksEndWithTheirLauncher() throws Exception {
        try (SwavProcess process = start(folder.resolve("orphans"), "--epochs", "2000")) {
            assertThat(process.await(() -> process.shows("loss"), 60)).isTrue();
            List<ProcessHandle> ranks = process.handle().children().toList();
            assertThat(ranks).hasSize(2);
            process.signal("KILL");
            awaitEnd(ranks);
        }
        assertThat(history(folder.resolve("orphans"))).containsExactly(Kind.START);
    }

    /** What is wrong would be wrong again, and is said once. */
    @Test
    void whatIsWrongWithTheImagesIsSaidOnceAndLeavesNothing() throws Exception {
        Path one = Files.createDirectories(folder.resolve("one"));
        Files.copy(firstImage(), one.resolve("only.png"));
        Path run = folder.resolve("nothing");
        List<String> words = new ArrayList<>(words(run, "--max-restarts", "3"));
        words.set(words.indexOf("--data") + 1, one.toString());
        try (SwavProcess process = SwavProcess.start(folder, words)) {
            SwavProcess.Result end = process.end(60);
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(ExitCode.FAILED);
            assertThat(end.err())
                    .containsOnlyOnce("at least two images are needed")
                    .hasLineCount(1);
        }
        assertThat(run).doesNotExist();
    }

    private static Path firstImage() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("images/train"))) {
            return files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=1, --nproc: this process is one of several already",
        "SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=2, started by srun"
    })
    void aRankOfOthersStartsNone(String environment, String message) throws Exception {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(List.of(environment.split(" ")));
        command.addAll(SwavProcess.java(List.of("-Xmx256m")));
        command.addAll(words(folder.resolve("none")));
        try (SwavProcess process = SwavProcess.startCommand(folder, command)) {
            SwavProcess.Result end = process.end(30);
            assertThat(end.code()).isEqualTo(ExitCode.USAGE);
            assertThat(end.err()).contains(message).doesNotContain("\tat ");
        }
    }

    /** Killed, crashed and stuck; with the first rank, which keeps the store in which they meet, and with another. */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"0, KILL", "1, KILL", "0, SEGV", "1, ABRT", "1, STOP", "0, STOP"})
    void anyRankMayFail(int rank, String signal) throws Exception {
        Path whole = whole();
        Path run = folder.resolve("failed-" + rank + "-" + signal);
        try (SwavProcess process =
                start(run, "--checkpoint-every", "5steps", "--max-restarts", "2", "--rank-timeout", "5s")) {
            assertThat(process.await(() -> process.shows("saved "), 60)).isTrue();
            ProcessHandle victim = rank(process, rank);
            long killed = System.nanoTime();
            SwavProcess.signal(victim, signal);
            assertThat(process.await(() -> process.shows(", from step "), 60)).isTrue();
            System.out.printf(
                    "rank %d, signal %s: trains again after %.1f s%n",
                    rank, signal, (System.nanoTime() - killed) / 1e9);
            SwavProcess.Result end = process.end(60);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(victim.isAlive()).isFalse();
        }
        assertThat(history(run)).contains(Kind.RESTART).endsWith(Kind.RESUME, Kind.FINISHED);
        requireSame(run, whole);
    }

    /** Before there is anything to go on from, or a run at all. */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"0, 400", "1, 400", "0, 1500", "1, 1500"})
    void aRankMayFailAtTheStart(int rank, int millis) throws Exception {
        Path run = folder.resolve("early-" + rank + "-" + millis);
        try (SwavProcess process = start(run, "--epochs", "2", "--max-restarts", "1")) {
            assertThat(process.await(() -> process.handle().children().count() == 2, 30))
                    .isTrue();
            ProcessHandle victim = rank(process, rank);
            Thread.sleep(millis);
            SwavProcess.signal(victim, "KILL");
            SwavProcess.Result end = process.end(90);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.err()).contains("rank " + rank + " (process").contains("(restart 1 of 1)");
        }
        assertThat(history(run)).contains(Kind.START, Kind.RESTART).endsWith(Kind.FINISHED);
    }

    /** A second failure is one too many, and its reason is the last thing said. */
    @Test
    @Tag("slow")
    void restartsAreCounted() throws Exception {
        Path run = folder.resolve("counted");
        try (SwavProcess process =
                start(run, "--epochs", "4000", "--checkpoint-every", "5steps", "--max-restarts", "1")) {
            for (int kills = 0; kills < 2; kills++) {
                String sign = kills == 0 ? "saved " : ", from step ";
                assertThat(process.await(() -> process.shows(sign), 60)).isTrue();
                SwavProcess.signal(rank(process, 1), "KILL");
            }
            SwavProcess.Result end = process.end(60);
            assertThat(end.code()).isEqualTo(ExitCode.FAILED);
            assertThat(end.err().lines().filter(line -> line.contains("was killed by signal 9")))
                    .hasSize(2);
        }
    }

    /** Somebody's {@code kill} of a process that seemed to be the training. */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"TERM, 0, 143", "TERM, 1, 143", "INT, 0, 130", "INT, 1, 130"})
    void aSignalToOneRankStopsAllAfterOneSave(String signal, int rank, int code) throws Exception {
        Path run = folder.resolve("one-" + signal + rank);
        try (SwavProcess process = start(run, "--epochs", "4000", "--checkpoint-every", "30m", "--max-restarts", "1")) {
            assertThat(process.await(() -> process.shows("loss"), 60)).isTrue();
            long since = System.nanoTime();
            SwavProcess.signal(rank(process, rank), signal);
            SwavProcess.Result end = process.end(30);
            System.out.printf(
                    "%s to rank %d | code %d after %.1f s | %s%n",
                    signal,
                    rank,
                    end.code(),
                    (System.nanoTime() - since) / 1e9,
                    end.err().strip());
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(code);
            assertThat(end.out())
                    .contains("Stopped after step "
                            + Checkpoint.find(run).progress().step());
            assertThat(SwavProcess.names(run.resolve("checkpoints")))
                    .filteredOn(name -> name.startsWith("step-"))
                    .hasSize(1);
        }
        Kind kind = code == ExitCode.PREEMPTED ? Kind.PREEMPTED : Kind.INTERRUPTED;
        assertThat(history(run)).containsExactly(Kind.START, kind);
    }

    /** Before the ranks have met, or without waiting for a save: the others would wait for it. */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"0, 700", "1, 700", "0, 1500", "1, -1"})
    void aRankThatIsStoppedAloneStopsTheGroup(int rank, int millis) throws Exception {
        Path run = folder.resolve("alone-" + rank + "-" + millis);
        try (SwavProcess process = start(run, "--epochs", "4000", "--max-restarts", "1", "--on-preempt", "exit")) {
            assertThat(process.await(() -> process.handle().children().count() == 2, 30))
                    .isTrue();
            if (millis < 0) {
                assertThat(process.await(() -> process.shows("loss"), 60)).isTrue();
            } else {
                Thread.sleep(millis);
            }
            long pid = rank(process, rank).pid();
            long since = System.nanoTime();
            SwavProcess.signal(rank(process, rank), "TERM");
            SwavProcess.Result end = process.end(30);
            System.out.printf(
                    "TERM to rank %d at %d ms | code %d after %.1f s | %s%n",
                    rank,
                    millis,
                    end.code(),
                    (System.nanoTime() - since) / 1e9,
                    end.err().strip());
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(ExitCode.PREEMPTED);
            assertThat(end.err())
                    .contains(
                            "swav: rank " + rank + " (process " + pid + ") was asked to stop by signal 15; the others")
                    .doesNotContain("starting again");
        }
    }

    /** Ctrl-C in a terminal reaches every process of its group, and the ranks through the launcher once more: it is one. */
    @ParameterizedTest
    @Tag("slow")
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void aSignalToAllIsOneSignal(String signal) throws Exception {
        Path run = folder.resolve("all-" + signal);
        try (SwavProcess process = start(run, "--epochs", "4000", "--checkpoint-every", "30m")) {
            assertThat(process.await(() -> process.shows("loss"), 60)).isTrue();
            List<ProcessHandle> all =
                    new ArrayList<>(process.handle().children().toList());
            all.add(process.handle());
            for (ProcessHandle each : all) {
                SwavProcess.signal(each, signal);
            }
            SwavProcess.Result end = process.end(30);
            assertThat(end.code())
                    .as(end.out() + end.err())
                    .isEqualTo(signal.equals("INT") ? ExitCode.INTERRUPTED : ExitCode.PREEMPTED);
            assertThat(end.out())
                    .contains("after step " + Checkpoint.find(run).progress().step());
        }
    }

    /** A step of this run takes many seconds. */
    @Test
    @Tag("slow")
    void aSecondSignalDoesNotWaitForTheStep() throws Exception {
        Path own = Files.createDirectories(folder.resolve("at-once"));
        List<String> words = words(
                own.resolve("run"),
                "--crops",
                "2x1024@0.4-1",
                "--arch",
                "resnet18",
                "--stem",
                "imagenet",
                "--checkpoint-every",
                "30m");
        try (SwavProcess process = SwavProcess.start(own, words)) {
            assertThat(process.await(() -> process.shows("steps an epoch"), 60)).isTrue();
            Thread.sleep(500);
            process.signal("INT");
            Thread.sleep(300);
            assertThat(process.isAlive()).isTrue();
            process.signal("INT");
            assertThat(process.end(10).code()).isEqualTo(ExitCode.INTERRUPTED);
        }
        assertThat(SwavProcess.names(own)).noneMatch(name -> name.startsWith("hs_err"));
    }

    @Test
    @Tag("slow")
    void oneProcessIsWatchedToo() throws Exception {
        Path run = folder.resolve("watched");
        List<String> words = words(run, "--checkpoint-every", "5steps", "--max-restarts", "1");
        words.set(words.indexOf("--nproc") + 1, "1");
        try (SwavProcess process = SwavProcess.start(folder, words)) {
            assertThat(process.await(() -> process.shows("saved "), 60)).isTrue();
            SwavProcess.signal(rank(process, 0), "KILL");
            SwavProcess.Result end = process.end(60);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.err()).contains("rank 0 (process").contains("(restart 1 of 1)");
        }
    }

    @Test
    @Tag("slow")
    void otherRanksLinesAreShownWithTheirRank() throws Exception {
        Path run = folder.resolve("prefixed");
        try (SwavProcess process = start(run, "--log-prefix")) {
            assertThat(process.await(() -> process.shows("loss"), 60)).isTrue();
            process.signal("TERM");
            SwavProcess.Result end = process.end(30);
            assertThat(end.code()).isEqualTo(ExitCode.PREEMPTED);
            assertThat(end.err()).contains("rank 1: Stopping: finishing this step and saving");
        }
    }
}
