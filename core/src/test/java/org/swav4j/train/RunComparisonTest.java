package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.Contents;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Progress;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.RunComparison.Metrics;

/** Two runs of a few rows and one weight. */
class RunComparisonTest {
    private static final String ROWS = """
            {"step":1,"epoch":0,"loss":2.5,"images_per_second":31.5,"data_wait_share":0.1,"memory_mb":700}
            {"step":3,"epoch":0,"knn_top1":0.25}
            {"step":11,"epoch":1,"loss":2.25,"images_per_second":30.5,"memory_mb":701,"probe_top1":0.5,"probe_loss":1}
            """;

    @TempDir
    private Path directory;

    private record Run(Metrics metrics, Checkpoint checkpoint) {}

    private Run run(String name, String rows, float weight) throws IOException {
        RunDirectory run = RunDirectory.create(directory.resolve(name));
        Files.writeString(run.metrics(), rows);
        try (PointerScope scope = new PointerScope();
                StateDict model = new StateDict();
                StateDict optimizer = new StateDict()) {
            model.add("weight", torch.tensor(new float[] {weight}));
            Path saved = new CheckpointDirectory(run.checkpoints(), 1)
                    .save(
                            new Contents(
                                    new Progress(12, 1, 3, 9, "ab", "cd"),
                                    new EncoderInfo("resnet18", "small", 32),
                                    model,
                                    optimizer,
                                    null,
                                    "seed: 1\n"),
                            "0.1.0");
            return new Run(Metrics.of(run, 12), Checkpoint.open(saved));
        }
    }

    private static RunComparison compared(Run one, Run other) {
        return RunComparison.of(one.metrics(), one.checkpoint(), other.metrics(), other.checkpoint());
    }

    @Test
    void speedAndEvaluationsAndLaterStepsDoNotCount() throws IOException {
        String other = """
                {"step":1,"epoch":0,"loss":2.5,"images_per_second":11,"data_wait_share":0.5,"memory_mb":900}
                {"step":11,"epoch":1,"loss":2.25,"images_per_second":12,"data_wait_share":0.6,"memory_mb":901}
                {"step":21,"epoch":2,"loss":1.5,"images_per_second":12,"data_wait_share":0.6,"memory_mb":901}
                """;
        RunComparison comparison = compared(run("one", ROWS, 1), run("other", other, 1));
        assertThat(comparison.same()).isTrue();
        assertThat(comparison.rows()).isEqualTo(2);
        assertThat(comparison.tensors()).isEqualTo(1);
        assertThat(comparison.firstRow()).isEmpty();
    }

    @Test
    void theFirstRowThatDiffersIsGivenWithBothValues() throws IOException {
        RunComparison comparison =
                compared(run("one", ROWS, 1), run("other", ROWS.replace("2.25", "2.2500000000000004"), 1));
        assertThat(comparison.same()).isFalse();
        assertThat(comparison.differingRows()).isEqualTo(1);
        assertThat(comparison.differingTensors()).isZero();
        assertThat(comparison.firstRow().orElseThrow().step()).isEqualTo(11);
        assertThat(comparison.firstRow().orElseThrow().values())
                .isEqualTo(Map.of("loss", List.of(2.25, 2.2500000000000004)));
    }

    @Test
    void aRowThatOneLacksDiffers() throws IOException {
        RunComparison comparison = compared(
                run("one", ROWS, 1), run("other", ROWS.lines().findFirst().orElseThrow() + "\n", 1));
        assertThat(comparison.differingRows()).isEqualTo(1);
        assertThat(comparison.firstRow().orElseThrow().values())
                .containsEntry("step", Arrays.asList(11L, null))
                .containsEntry("loss", Arrays.asList(2.25, null));
    }

    @Test
    void anotherWeightDiffersWhateverTheMetrics() throws IOException {
        RunComparison comparison = compared(run("one", ROWS, 1), run("other", ROWS, Math.nextUp(1f)));
        assertThat(comparison.same()).isFalse();
        assertThat(comparison.differingTensors()).isEqualTo(1);
        assertThat(comparison.files().get(0).largest()).isEqualTo(0x1p-23);
    }

    @Test
    void aRunWithoutMetricsHasNone() throws IOException {
        RunDirectory run = RunDirectory.create(directory.resolve("none"));
        assertThat(Metrics.of(run, 5).rows()).isEmpty();
    }
}
