package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.sample.SampleImages;

/** Evaluations by processes that the environment names, as torchrun does, find and write what one process does. */
@Tag("slow")
@Timeout(180)
class SharedEvaluationTest {
    @TempDir
    private static Path shared;

    private static Path run;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        SampleImages.draw(shared.resolve("images"), 40, 10, 5);
        try (var classes = Files.list(shared.resolve("images/train"))) {
            Files.write(classes.sorted().findFirst().orElseThrow().resolve("broken.jpg"), new byte[] {1, 2, 3});
        }
        run = shared.resolve("run");
        TinyCommand.Result trained = TinyCommand.pretrain(
                "--data", shared.resolve("images/train"), "--out", run, "--epochs", "1", "--quiet");
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    private List<SwavProcess.Result> ranks(int world, Object... arguments) throws IOException, InterruptedException {
        return ends(started(world, rank -> List.of(arguments)));
    }

    private List<SwavProcess> started(int world, IntFunction<List<Object>> words) throws IOException {
        RankProcesses ranks = RankProcesses.of(folder, world);
        List<SwavProcess> processes = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            processes.add(ranks.start(rank, words.apply(rank), Map.of()));
        }
        return processes;
    }

    private static List<SwavProcess.Result> ends(List<SwavProcess> processes) throws IOException, InterruptedException {
        List<SwavProcess.Result> results = new ArrayList<>();
        for (SwavProcess process : processes) {
            results.add(process.end(150));
        }
        return results;
    }

    private List<Object> words(String command, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                command,
                "--model",
                run,
                "--train",
                shared.resolve("images/train"),
                "--test",
                shared.resolve("images/test"),
                "--threads",
                "1",
                "--precision",
                "fp32",
                "--json",
                "--quiet"));
        words.addAll(List.of(more));
        return words;
    }

    private static String withoutTimes(String json) {
        return json.lines()
                .filter(line -> !line.matches(".*\"(command|time|created|seconds|date|report)\".*"))
                .reduce("", (a, b) -> a + b + "\n");
    }

    private void requireSame(List<Object> words) throws IOException, InterruptedException {
        List<Object> alone = new ArrayList<>(words);
        alone.addAll(List.of("--report", folder.resolve("one")));
        List<Object> together = new ArrayList<>(words);
        together.addAll(List.of("--report", folder.resolve("two")));
        TinyCommand.Result one = TinyCommand.swav(alone.toArray());
        assertThat(one.code()).as(one.err()).isZero();
        List<SwavProcess.Result> two = ranks(2, together.toArray());
        assertThat(two)
                .allSatisfy(result -> assertThat(result.code()).as(result.err()).isZero());
        assertThat(one.out()).contains("broken.jpg");
        assertThat(withoutTimes(two.get(0).out())).isEqualTo(withoutTimes(one.out()));
        assertThat(two.get(1).out()).isEmpty();
        try (var files = Files.list(folder.resolve("two"))) {
            assertThat(files).isNotEmpty();
        }
    }

    @Test
    void nearestNeighboursAreTheSame() throws IOException, InterruptedException {
        requireSame(words("knn", "--batch", "32"));
    }

    @Test
    void linearClassifiersAreTheSame() throws IOException, InterruptedException {
        requireSame(words("linear", "--cached"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"npy", "parquet"})
    void theFileOfVectorsIsTheSame(String ending) throws IOException, InterruptedException {
        Path one = folder.resolve("one." + ending);
        Path two = folder.resolve("two." + ending);
        List<Object> words = List.of(
                "embed",
                "--model",
                run,
                "--data",
                shared.resolve("images/train"),
                "--threads",
                "1",
                "--precision",
                "fp32",
                "--batch",
                "16",
                "--out");
        List<Object> alone = new ArrayList<>(words);
        alone.add(one);
        assertThat(TinyCommand.swav(alone.toArray()).code()).isZero();
        List<Object> together = new ArrayList<>(words);
        together.add(two);
        List<SwavProcess.Result> ranks = ranks(2, together.toArray());
        assertThat(ranks)
                .allSatisfy(result -> assertThat(result.code()).as(result.err()).isZero());
        assertThat(two).hasSameBinaryContentAs(one);
        assertThat(folder.resolve("two.broken.csv")).hasSameTextualContentAs(folder.resolve("one.broken.csv"));
        assertThat(ranks.get(1).out()).isEmpty();
        assertThat(folder.resolve("two." + ending + ".partial")).doesNotExist();
    }

    private List<Object> onCrops(Object... more) {
        List<Object> words = words("linear", "--preset", "small", "--stage", "layer3,layer4");
        words.addAll(List.of(more));
        if (!words.contains("--batch")) {
            words.addAll(List.of("--batch", "48"));
        }
        return words;
    }

    @Test
    void classifiersTrainedOnCropsAreTheSame() throws IOException, InterruptedException {
        requireSame(onCrops("--epochs", "3"));
    }

    /** One rank is told; the epoch is lost for all, and one process goes on behind the last whole one. */
    @Test
    void aRankThatIsStoppedStopsATrainingOnCropsWhichAnyNumberGoesOnWith() throws IOException, InterruptedException {
        Path report = folder.resolve("report");
        Path state = report.resolve("linear.unfinished.safetensors");
        Object[] words = onCrops("--epochs", "40", "--report", report).toArray();
        List<SwavProcess> processes = started(2, rank -> List.of(words));
        try {
            assertThat(processes.get(1).await(() -> Files.exists(state), 120)).isTrue();
            processes.get(1).signal("TERM");
            List<SwavProcess.Result> stopped = ends(processes);
            assertThat(stopped)
                    .allSatisfy(rank -> assertThat(rank.code()).as(rank.err()).isEqualTo(ExitCode.PREEMPTED));
            assertThat(stopped.get(0).err()).contains("of 40 epochs. The same command goes on.");
            assertThat(stopped.get(0).out()).isEmpty();
            assertThat(stopped.get(1).err()).contains("Stopping.").doesNotContain("epochs");
        } finally {
            for (SwavProcess process : processes) {
                process.close();
            }
        }
        assertThat(state).exists();
        TinyCommand.Result goneOn = TinyCommand.swav(words);
        assertThat(goneOn.code()).as(goneOn.err()).isZero();
        assertThat(state).doesNotExist();
        TinyCommand.Result whole = TinyCommand.swav(
                onCrops("--epochs", "40", "--report", folder.resolve("whole")).toArray());
        assertThat(withoutTimes(goneOn.out())).isEqualTo(withoutTimes(whole.out()));
    }

    @Test
    void whatWasNotStartedAlikeIsRefused() throws IOException, InterruptedException {
        List<SwavProcess.Result> onCrops = ends(started(2, rank -> onCrops("--epochs", rank + 1)));
        assertThat(onCrops).allSatisfy(result -> {
            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err()).contains("were not started alike").contains("epochs: 1 on rank 0, 2 on rank 1");
        });
    }

    @Test
    void aBatchThatCannotBeSharedIsRefused() throws IOException, InterruptedException {
        assertThat(ranks(2, onCrops("--batch", "47").toArray())).allSatisfy(result -> {
            assertThat(result.code()).isEqualTo(ExitCode.USAGE);
            assertThat(result.err())
                    .contains("--batch: '47': is the batch of all processes together, and must be divisible by the 2"
                            + " there are; try 46 or 48");
        });
    }
}
