package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.sample.SampleImages;

/** What becomes of the processes that evaluate together when one of them fails, is stopped, or is not like the others. */
@Tag("slow")
@EnabledOnOs({OS.LINUX, OS.MAC})
class EvaluationFailureTest {
    private static final String GONE = "lost rank %d \\(.+\\): gone without a word, as when killed";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void train() throws IOException {
        SampleImages.draw(folder.resolve("images"), 30, 10, 5);
        for (String run : List.of("run", "other")) {
            TinyCommand.Result trained = TinyCommand.pretrain(
                    "--data",
                    folder.resolve("images/train"),
                    "--out",
                    folder.resolve(run),
                    "--epochs",
                    "1",
                    "--seed",
                    run.length(),
                    "--quiet");
            assertThat(trained.code()).as(trained.err()).isZero();
        }
    }

    /** Images one by one, and large, take long enough for something to happen meanwhile. */
    private static List<Object> embed(Path out, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "embed",
                "--model",
                folder.resolve("run"),
                "--data",
                folder.resolve("images/train"),
                "--out",
                out,
                "--image-size",
                256,
                "--batch",
                1,
                "--threads",
                1,
                "--precision",
                "fp32"));
        words.addAll(List.of(more));
        return words;
    }

    private static List<Object> evaluation(String command, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                command,
                "--model",
                folder.resolve("run"),
                "--train",
                folder.resolve("images/train"),
                "--test",
                folder.resolve("images/test"),
                "--image-size",
                256,
                "--threads",
                1,
                "--precision",
                "fp32"));
        words.addAll(List.of(more));
        return words;
    }

    private static void report(String fault, int rank, SwavProcess.Result result, long since) {
        System.out.printf(
                "%s | rank %d, code %d after %.1f s | %s%n",
                fault, rank, result.code(), (System.nanoTime() - since) / 1e9, failure(result));
    }

    /** The last line of standard error. */
    private static String failure(SwavProcess.Result result) {
        return result.err().lines().reduce("", (before, line) -> line);
    }

    private static void requireLost(SwavProcess.Result result, int rank, int world, String lost) {
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.FAILED);
        assertThat(failure(result)).matches("swav: rank " + rank + " of " + world + " \\(.+\\): .+: " + lost);
        assertThat(result.err()).doesNotContain("\tat ");
    }

    private static boolean hasPart(Path out) {
        return SwavProcess.names(out.resolveSibling(out.getFileName() + ".partial")).stream()
                .anyMatch(name -> name.startsWith("part-"));
    }

    private static RankProcesses embedding(Path out) throws Exception {
        RankProcesses ranks = RankProcesses.of(folder, 2).startAll(embed(out, "--rank-timeout", "20s"));
        assertThat(ranks.get(1).await(() -> hasPart(out), 60)).isTrue();
        return ranks;
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void oneThatIsKilledIsNamedAndTheSameCommandEndsInTheSameFile(int lost) throws Exception {
        Path alone = folder.resolve("alone-" + lost + ".npy");
        assertThat(TinyCommand.swav(embed(alone).toArray()).code()).isZero();
        Path out = folder.resolve("killed-" + lost + ".npy");
        int other = 1 - lost;
        try (RankProcesses ranks = embedding(out)) {
            long since = System.nanoTime();
            ranks.get(lost).signal("KILL");
            SwavProcess.Result result = ranks.end(other, 30);
            report("embed, rank " + lost + " killed", other, result, since);
            requireLost(result, other, 2, String.format(GONE, lost));
        }
        assertThat(out).doesNotExist();
        assertThat(folder.resolve("killed-" + lost + ".names.txt")).doesNotExist();
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(embed(out))) {
            for (int rank = 0; rank < 2; rank++) {
                assertThat(ranks.end(rank, 60).code()).as(ranks.printed(rank)).isZero();
            }
        }
        assertThat(out).hasSameBinaryContentAs(alone);
    }

    @ParameterizedTest
    @CsvSource({"TERM, 1, 143", "INT, 1, 130", "TERM, 0, 143"})
    void oneThatIsAskedToStopStopsAllWithOneCode(String signal, int rank, int code) throws Exception {
        Path out = folder.resolve("stopped-" + signal + rank + ".npy");
        try (RankProcesses ranks = embedding(out)) {
            long since = System.nanoTime();
            ranks.get(rank).signal(signal);
            for (int each = 0; each < 2; each++) {
                SwavProcess.Result result = ranks.end(each, 30);
                report("embed, " + signal + " to rank " + rank, each, result, since);
                assertThat(result.code()).as(result.err()).isEqualTo(code);
            }
            assertThat(ranks.printed(0)).contains("Stopped. The same command goes on.");
        }
        assertThat(out).doesNotExist();
        assertThat(out.resolveSibling(out.getFileName() + ".partial")).isDirectory();
    }

    /** Rank 0 waits for the ranks in their order. */
    @Test
    void whoeverWaitsForAStoppedRankSeesThatAnotherIsKilled() throws Exception {
        try (RankProcesses ranks = RankProcesses.of(folder, 3)
                .startAll(evaluation("knn", "--rank-timeout", "60s", "--report", folder.resolve("report")))) {
            ranks.awaitOutput(0, "train: ");
            long since = System.nanoTime();
            ranks.get(1).signal("STOP");
            ranks.get(2).signal("KILL");
            SwavProcess.Result result = ranks.end(0, 50);
            report("knn, rank 1 stopped, rank 2 killed", 0, result, since);
            requireLost(
                    result,
                    0,
                    3,
                    String.format(GONE, 2)
                            + "; rank 1 \\(.+\\): no answer though the machine is there, as when stopped");
        }
        assertThat(folder.resolve("report")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"knn, 0", "knn, 1", "linear, 1"})
    void oneThatIsStoppedIsNamedWithinTheTimeout(String command, int lost) throws Exception {
        Path report = folder.resolve("report-" + command + lost);
        List<Object> words = evaluation(command, "--rank-timeout", "10s", "--report", report);
        if (command.equals("linear")) {
            words.add("--cached");
        }
        int other = 1 - lost;
        try (RankProcesses ranks = RankProcesses.of(folder, 2).startAll(words)) {
            ranks.awaitOutput(0, "images in ");
            long since = System.nanoTime();
            ranks.get(lost).signal("STOP");
            SwavProcess.Result result = ranks.end(other, 40);
            report(command + ", rank " + lost + " stopped", other, result, since);
            requireLost(
                    result,
                    other,
                    2,
                    "lost rank " + lost + " \\(.+\\): no answer though the machine is there, as when stopped");
        }
        assertThat(report).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"KILL, 0, 137", "INT, 1, 130", "TERM, 0, 143"})
    void oneThatEndsAtOnceIsNamed(String signal, int lost, int code) throws Exception {
        int other = 1 - lost;
        Path report = folder.resolve("report-" + signal + lost);
        try (RankProcesses ranks =
                RankProcesses.of(folder, 2).startAll(evaluation("knn", "--rank-timeout", "60s", "--report", report))) {
            ranks.awaitOutput(0, "images in ");
            long since = System.nanoTime();
            ranks.get(lost).signal(signal);
            assertThat(ranks.end(lost, 10).code()).isEqualTo(code);
            SwavProcess.Result result = ranks.end(other, 30);
            report("knn, " + signal + " to rank " + lost, other, result, since);
            requireLost(result, other, 2, String.format(GONE, lost));
        }
        assertThat(report).doesNotExist();
    }

    private static void requireRefused(List<Object> first, List<Object> second, String difference) throws Exception {
        try (RankProcesses ranks = RankProcesses.of(folder, 2)) {
            long since = System.nanoTime();
            ranks.start(0, first, Map.of());
            ranks.start(1, second, Map.of());
            for (int rank = 0; rank < 2; rank++) {
                SwavProcess.Result result = ranks.end(rank, 60);
                report("unlike", rank, result, since);
                assertThat(result.code()).isEqualTo(ExitCode.FAILED);
                assertThat(result.err())
                        .matches("(?s)(.*\n)?swav: rank 0 \\(.+\\) and rank 1 \\(.+\\) were not started alike:\n  "
                                + difference + "\n");
            }
        }
    }

    private static List<Object> with(List<Object> words, String flag, Object value) {
        List<Object> changed = new ArrayList<>(words);
        changed.set(changed.indexOf(flag) + 1, value);
        return changed;
    }

    @Test
    void otherModelsOrImagesAreRefusedEverywhere() throws Exception {
        Path out = folder.resolve("unlike.npy");
        requireRefused(
                embed(out),
                with(embed(out), "--model", folder.resolve("other")),
                "model: \\w+ on rank 0, \\w+ on rank 1");
        requireRefused(embed(out), embed(out, "--normalize"), "normalize: false on rank 0, true on rank 1");
        requireRefused(
                evaluation("knn"),
                with(evaluation("knn"), "--test", folder.resolve("images/train")),
                "test: \\w+ on rank 0, \\w+ on rank 1");
        assertThat(out).doesNotExist();
        assertThat(Files.exists(out.resolveSibling("unlike.npy.partial"))).isFalse();
    }
}
