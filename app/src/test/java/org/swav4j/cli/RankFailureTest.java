package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.format.FileTree;
import org.swav4j.sample.SampleImages;

/** What becomes of a training's other processes when one of them fails, is stopped, or is not like them. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class RankFailureTest {
    private static final String LOST = "swav: rank %d of %d \\(.+\\): .+ in step \\d+: lost rank %d \\(.+\\): %s";
    private static final String GONE = "gone without a word, as when killed";
    private static final String STOPPED = "no answer though the machine is there, as when stopped";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void draw() throws Exception {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
    }

    private static List<String> words(Path run, String timeout, Object... more) {
        List<Object> all = new ArrayList<>(List.of(
                "--data",
                folder.resolve("images/train"),
                "--out",
                run,
                "--resume",
                "auto",
                "--checkpoint-every",
                "3steps",
                "--knn-every",
                0,
                "--rank-timeout",
                timeout));
        all.addAll(List.of(more));
        return TinyCommand.words(all.toArray());
    }

    /** So long that it is still training when something happens to it. */
    private static List<String> longTraining(Path run, String timeout) {
        return words(run, timeout, "--epochs", 5000, "--on-divergence", "rewind:999");
    }

    private static void report(String fault, int rank, SwavProcess.Result result, long since) {
        System.out.printf(
                "%s | rank %d, code %d after %.1f s | %s%n",
                fault,
                rank,
                result.code(),
                (System.nanoTime() - since) / 1e9,
                result.err().strip().replace("\n", " / "));
    }

    /** The last line, which must be the only one of the failure; nothing of native code, no stack trace. */
    private static void requireOneLine(SwavProcess.Result result, int rank, String pattern) {
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.FAILED);
        List<String> lines = result.err()
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("warning: "))
                .toList();
        assertThat(lines).as("rank %d", rank).hasSize(1);
        assertThat(lines.get(0)).matches(pattern);
    }

    private static void requireWhole(Path run) {
        TinyCommand.Result verified = TinyCommand.swav("checkpoint", "verify", run);
        assertThat(verified.code()).as(verified.out() + verified.err()).isZero();
    }

    private void fault(String name, String signal, int world, int lost, String timeout, int seconds, String meaning)
            throws Exception {
        Path run = folder.resolve(name);
        try (RankProcesses ranks = RankProcesses.of(folder, world).startAll(longTraining(run, timeout))) {
            ranks.awaitOutput(0, "step-000000003");
            ranks.get(lost).signal(signal);
            long since = System.nanoTime();
            for (int rank = 0; rank < world; rank++) {
                if (rank != lost) {
                    SwavProcess.Result result = ranks.end(rank, seconds);
                    report(name, rank, result, since);
                    requireOneLine(result, rank, String.format(LOST, rank, world, lost, meaning));
                }
            }
            if (signal.equals("STOP")) {
                // it is told when it goes on, and ends, too
                ranks.get(lost).signal("CONT");
                SwavProcess.Result result = ranks.end(lost, 30);
                report(name + ", going on", lost, result, since);
                requireOneLine(result, lost, String.format(LOST, lost, world, lost, meaning));
            }
        }
        requireWhole(run);
    }

    @Test
    @Tag("slow")
    void theOthersNameOneThatIsKilledAndGoOnFromTheCheckpointAsIfNothingHadBeen() throws Exception {
        Path whole = folder.resolve("whole");
        Path failed = folder.resolve("failed");
        int epochs = 15;
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(words(whole, "30s", "--epochs", epochs))) {
            assertThat(ranks.end(0, 120).code()).as(ranks.printed(0)).isZero();
            assertThat(ranks.end(1, 30).code()).as(ranks.printed(1)).isZero();
        }
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(words(failed, "30s", "--epochs", epochs))) {
            ranks.awaitOutput(0, "step-000000003");
            ranks.get(1).signal("KILL");
            requireOneLine(ranks.end(0, 20), 0, String.format(LOST, 0, 2, 1, GONE));
        }
        requireWhole(failed);
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(words(failed, "30s", "--epochs", epochs))) {
            assertThat(ranks.end(0, 120).code()).as(ranks.printed(0)).isZero();
            assertThat(ranks.end(1, 30).code()).as(ranks.printed(1)).isZero();
        }
        Checkpoint expected = Checkpoint.find(whole);
        Checkpoint found = Checkpoint.find(failed);
        assertThat(found.progress()).isEqualTo(expected.progress());
        for (String name : expected.summary().files().keySet()) {
            assertThat(found.directory().resolve(name))
                    .hasSameBinaryContentAs(expected.directory().resolve(name));
        }
    }

    @Test
    void aSignalToOneEndsAllWithASave() throws Exception {
        Path run = folder.resolve("terminated");
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(longTraining(run, "30s"))) {
            ranks.awaitOutput(0, "step-000000003");
            ranks.get(1).signal("TERM");
            assertThat(ranks.end(1, 30).code()).as(ranks.printed(1)).isEqualTo(ExitCode.PREEMPTED);
            assertThat(ranks.end(0, 30).code()).as(ranks.printed(0)).isEqualTo(ExitCode.PREEMPTED);
            assertThat(ranks.printed(0)).contains("Stopped");
        }
        requireWhole(run);
        assertThat(Files.readString(run.resolve("provenance.json"))).contains("\"preempted\"");
    }

    @Test
    @Tag("slow")
    void ctrlCToRank0() throws Exception {
        Path run = folder.resolve("interrupted");
        try (RankProcesses ranks = RankProcesses.of(folder, 3).startAll(longTraining(run, "30s"))) {
            ranks.awaitOutput(0, "step-000000003");
            ranks.get(0).signal("INT");
            long since = System.nanoTime();
            for (int rank = 0; rank < 3; rank++) {
                SwavProcess.Result result = ranks.end(rank, 30);
                report("SIGINT to rank 0", rank, result, since);
                assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.INTERRUPTED);
            }
        }
        requireWhole(run);
    }

    @Test
    @Tag("slow")
    void oneKilledOfThree() throws Exception {
        fault("killed", "KILL", 3, 2, "60s", 10, GONE);
    }

    @Test
    @Tag("slow")
    void rank0Killed() throws Exception {
        fault("rank 0 killed", "KILL", 3, 0, "60s", 10, GONE);
    }

    @Test
    @Tag("slow")
    void oneStopped() throws Exception {
        fault("stopped", "STOP", 3, 1, "10s", 15, STOPPED);
    }

    @Test
    @Tag("slow")
    void rank0Stopped() throws Exception {
        fault("rank 0 stopped", "STOP", 3, 0, "10s", 15, STOPPED);
    }

    @Test
    @Tag("slow")
    void aSlowOneIsNamedAndTheTrainingGoesOn() throws Exception {
        Path run = folder.resolve("slow");
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(longTraining(run, "30s"))) {
            ranks.awaitOutput(0, "step-000000003");
            ranks.get(1).signal("STOP");
            Thread.sleep(15_000);
            ranks.get(1).signal("CONT");
            assertThat(ranks.printed(0))
                    .containsPattern(
                            "warning: waiting since 10 s, at most 30.0 s, in .+ in step \\d+ for rank 1 \\(.+\\), which"
                                    + " does not answer now");
            long saved = saves(ranks.printed(0));
            assertThat(ranks.get(0).await(() -> saves(ranks.printed(0)) > saved, 30))
                    .isTrue();
            assertThat(ranks.get(1).isAlive()).isTrue();
            ranks.get(0).signal("TERM");
            ranks.printed(0)
                    .lines()
                    .filter(l -> l.startsWith("warning"))
                    .forEach(l -> System.out.println("slow | " + l));
            assertThat(ranks.end(0, 30).code()).isEqualTo(ExitCode.PREEMPTED);
            assertThat(ranks.end(1, 30).code()).isEqualTo(ExitCode.PREEMPTED);
        }
    }

    private static long saves(String text) {
        return text.lines().filter(line -> line.startsWith("saved ")).count();
    }

    @Test
    @Tag("slow")
    void aLateOneIsWaitedForAndNamed() throws Exception {
        Path run = folder.resolve("late");
        List<String> words = words(run, "60s", "--epochs", 2);
        try (RankProcesses ranks = RankProcesses.of(folder, 3)) {
            ranks.start(0, words, Map.of());
            ranks.start(1, words, Map.of());
            ranks.awaitOutput(1, "waiting for rank 2 since 5 s, for at most 1 min");
            ranks.start(2, words, Map.of());
            for (int rank = 0; rank < 3; rank++) {
                assertThat(ranks.end(rank, 60).code()).as(ranks.printed(rank)).isZero();
            }
            System.out.println("late | " + ranks.printed(1));
        }
    }

    @Test
    @Tag("slow")
    void oneThatNeverComesIsNamed() throws Exception {
        List<String> words = words(folder.resolve("never"), "8s");
        try (RankProcesses ranks = RankProcesses.of(folder, 4)) {
            long since = System.nanoTime();
            ranks.start(0, words, Map.of());
            ranks.start(2, words, Map.of());
            for (int rank : new int[] {0, 2}) {
                SwavProcess.Result result = ranks.end(rank, 40);
                report("1 and 3 never start", rank, result, since);
                requireOneLine(
                        result,
                        rank,
                        "swav: rank " + rank
                                + " of 4 \\(.+\\): (rank \\d \\(.+\\) has ended: .+: )?rank 1, rank 3 did not"
                                + " come to 127.0.0.1:\\d+ within 8.0 s");
            }
        }
        assertThat(folder.resolve("never")).doesNotExist();
        try (RankProcesses ranks = RankProcesses.of(folder, 2)) {
            long since = System.nanoTime();
            ranks.start(1, words, Map.of());
            SwavProcess.Result result = ranks.end(1, 40);
            report("rank 0 never starts", 1, result, since);
            requireOneLine(result, 1, "swav: rank 1 of 2 \\(.+\\): rank 0 does not answer at .+ within 8.0 s: .+");
        }
    }

    @Test
    @Tag("slow")
    void thoseThatWereNotStartedAlikeAreRefusedEverywhere() throws Exception {
        Path run = folder.resolve("unlike");
        Path others = folder.resolve("other-images");
        SampleImages.draw(others, 4, 1, 5);
        List<String> other = new ArrayList<>(words(run, "30s", "--queue-length", 24));
        other.set(other.indexOf("--data") + 1, others.resolve("train").toString());
        try (RankProcesses ranks = RankProcesses.of(folder, 3)) {
            long since = System.nanoTime();
            ranks.start(0, words(run, "30s"), Map.of());
            ranks.start(1, other, Map.of());
            ranks.start(2, words(run, "30s"), Map.of());
            for (int rank = 0; rank < 3; rank++) {
                SwavProcess.Result result = ranks.end(rank, 60);
                report("other images and settings", rank, result, since);
                assertThat(result.code()).isEqualTo(ExitCode.FAILED);
                assertThat(result.err())
                        .matches("(?s)swav: rank 0 \\(.+\\) and rank 1 \\(.+\\) were not started alike:\n"
                                + "  images: \\d+ with fingerprint \\w+ on rank 0 2, \\d+ with fingerprint \\w+ on rank 1\n"
                                + "  queue_length: auto on rank 0 2, 24 on rank 1\n");
            }
        }
        try (RankProcesses ranks = RankProcesses.of(folder, 2)) {
            long since = System.nanoTime();
            ranks.start(0, words(run, "30s"), Map.of());
            ranks.start(1, words(run, "30s"), Map.of("WORLD_SIZE", "3"));
            for (int rank = 0; rank < 2; rank++) {
                SwavProcess.Result result = ranks.end(rank, 60);
                report("other WORLD_SIZE", rank, result, since);
                requireOneLine(
                        result,
                        rank,
                        "swav: rank . of . \\(.+\\): .*rank . \\(.+\\) was started with WORLD_SIZE"
                                + " ., this one with .");
            }
        }
        assertThat(run).doesNotExist();
    }

    @Test
    @Tag("slow")
    void allDivergeTogetherOrGoBackTogether() throws Exception {
        Path run = folder.resolve("diverged");
        Object[] wild = {"--base-lr", "1e6", "--optimizer", "larc", "--warmup-epochs", 0, "--epochs", 20};
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(words(run, "30s", wild))) {
            long since = System.nanoTime();
            for (int rank = 0; rank < 2; rank++) {
                SwavProcess.Result result = ranks.end(rank, 60);
                report("diverging", rank, result, since);
                requireOneLine(result, rank, "swav: .*(loss|gradient|weights).* at step \\d+ .*");
            }
        }
        Path back = folder.resolve("back");
        Stream<Object> all = Stream.concat(Stream.of(wild), Stream.of("--on-divergence", "rewind:2"));
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(words(back, "30s", all.toArray()))) {
            long since = System.nanoTime();
            for (int rank = 0; rank < 2; rank++) {
                SwavProcess.Result result = ranks.end(rank, 60);
                report("diverging, rewind:2", rank, result, since);
                assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            }
            assertThat(ranks.printed(0)).contains("(rewind 1 of 2;", "(rewind 2 of 2;");
        }
    }

    @Test
    @Tag("slow")
    void oneThatFailsTellsTheOthersWhy() throws Exception {
        Path run = folder.resolve("unreadable");
        Path images = folder.resolve("vanishing");
        SampleImages.draw(images, 3, 1, 5);
        List<String> words = new ArrayList<>(longTraining(run, "30s"));
        words.addAll(List.of("--cache-mb", "0"));
        try (RankProcesses ranks = RankProcesses.of(folder, 3)) {
            ranks.start(0, words, Map.of());
            ranks.start(2, words, Map.of());
            List<String> own = new ArrayList<>(words);
            own.set(own.indexOf("--data") + 1, images.resolve("train").toString());
            ranks.start(1, own, Map.of());
            ranks.awaitOutput(0, "step-000000003");
            long since = System.nanoTime();
            FileTree.delete(images);
            for (int rank : new int[] {1, 0, 2}) {
                SwavProcess.Result result = ranks.end(rank, 60);
                report("images vanish on rank 1", rank, result, since);
                assertThat(result.code()).isEqualTo(ExitCode.FAILED);
                if (rank != 1) {
                    requireOneLine(
                            result,
                            rank,
                            "swav: rank . of 3 \\(.+\\): .+: rank 1 \\(.+\\) has ended: .+could not be read.*");
                }
            }
        }
        requireWhole(run);
    }

    @Test
    @Tag("slow")
    @EnabledOnOs(OS.LINUX)
    void aDiskThatIsFullAtTheLastSaveIsTheReasonEverywhere() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=8m", "swav-test", disk.toString())
                                .start()
                                .waitFor()
                        == 0,
                "this process may mount a tmpfs, for a disk that is really full");
        Path run = disk.resolve("run");
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(longTraining(run, "30s"))) {
            ranks.awaitOutput(0, "step-000000003");
            try (OutputStream filler = Files.newOutputStream(disk.resolve("filler"))) {
                byte[] block = new byte[4096];
                while (true) {
                    filler.write(block);
                }
            } catch (IOException e) {
                // full
            }
            ranks.awaitOutput(0, "warning: ");
            ranks.get(1).signal("TERM");
            long since = System.nanoTime();
            for (int rank : new int[] {0, 1}) {
                SwavProcess.Result result = ranks.end(rank, 30);
                report("disk full at the last save", rank, result, since);
                assertThat(result.code()).isEqualTo(ExitCode.FAILED);
                assertThat(result.err()).contains("No space left on device");
            }
            assertThat(ranks.get(1).err()).contains("rank 0 (", ") has ended: ");
            requireWhole(run);
        } finally {
            new ProcessBuilder("umount", "-l", disk.toString()).start().waitFor();
        }
    }
}
