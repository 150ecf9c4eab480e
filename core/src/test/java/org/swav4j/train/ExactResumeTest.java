package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Images;
import org.swav4j.loader.MemoryImages;
import org.swav4j.runlog.MetricsReader;
import org.swav4j.source.TarShards;
import org.swav4j.source.Tars;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * A run that was stopped and resumed, once or twice, is the same bit for bit as one that was not: weights, optimiser, queue,
 * batch norm, metrics. Forty images are five steps an epoch; prototypes thaw at step 4, the queue starts at step 5 and is full
 * after step 7.
 */
@Timeout(120)
class ExactResumeTest {
    private static final Set<String> MEASURED_BY_THE_CLOCK =
            Set.of("images_per_second", "data_wait_share", "memory_mb");

    @TempDir
    private Path temporary;

    private ImageSource source(String kind) throws IOException {
        if (kind.equals("memory")) {
            return new MemoryImages(40, Set.of(7));
        }
        Path shards = Files.createDirectory(temporary.resolve("shards"));
        for (int s = 0; s < 4; s++) {
            Tars tars = new Tars();
            for (int i = 10 * s; i < 10 * s + 10; i++) {
                tars.file(i + ".png", Images.encoded(".png", 24 + i % 7, 20 + i % 5, CV_8UC3, i));
            }
            Files.write(shards.resolve(s + ".tar"), tars.bytes());
        }
        return TarShards.open(shards);
    }

    /** In stops: 5 an epoch's end (of which 6 is the start of the next), 3 within freezing, 5 before, 6 while the queue fills. */
    @ParameterizedTest
    @CsvSource({
        "FP32, 1, CPU, memory, 1",
        "FP32, 1, CPU, memory, 5",
        "FP32, 1, CPU, memory, 3 6",
        "FP32, 1, CPU, memory, 4 8 12",
        "FP32, 1, CPU, shards, 2 7",
        "FP32, 1, CPU, shards, 10",
        "FP32, 2, CPU, memory, 3 9",
        "FP32, 4, CPU, shards, 6",
        "FP32, 1, DEVICE, memory, 6",
        "BF16, 1, CPU, memory, 3 6",
        "BF16, 2, CPU, shards, 7 11"
    })
    void stoppedAndResumedIsTheSameAsNot(Precision precision, int parts, AugmentOn on, String kind, String stops)
            throws IOException {
        ImageSource images = source(kind);
        String settings = "precision=" + precision + " grad_accum=" + parts + " augment_on=" + on;
        TinyTraining whole = new TinyTraining(temporary.resolve("whole")).with(settings);
        TrainingResult expected = whole.run(images);
        List<Double> expectedLosses =
                whole.steps().stream().map(StepReport::loss).toList();

        TinyTraining broken = new TinyTraining(temporary.resolve("broken")).with(settings);
        List<Double> losses = new ArrayList<>();
        Checkpoint checkpoint = null;
        for (long stop :
                Arrays.stream(stops.split(" ")).mapToLong(Long::parseLong).toArray()) {
            TrainingResult part = broken.stopAfter(stop).run(images, checkpoint);
            assertThat(part.interrupted()).isTrue();
            checkpoint = Checkpoint.open(part.checkpoint());
            assertThat(checkpoint.progress().step()).isEqualTo(stop);
            assertThat(checkpoint.hasQueue()).isEqualTo(stop > 5);
            broken.steps().forEach(s -> losses.add(s.loss()));
            RandomState.seed(99);
        }
        TrainingResult resumed = broken.stopAfter(Long.MAX_VALUE).run(images, checkpoint);
        broken.steps().forEach(s -> losses.add(s.loss()));
        assertThat(resumed.interrupted()).isFalse();
        assertThat(losses).isEqualTo(expectedLosses);
        assertSame(Checkpoint.open(resumed.checkpoint()), Checkpoint.open(expected.checkpoint()));
        assertThat(rows(broken)).hasSize(2).isEqualTo(rows(whole));
    }

    /** The rows of a training's metrics without what the clock decides. */
    static List<Map<String, Object>> rows(TinyTraining training) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> row : MetricsReader.read(training.directory().metrics())) {
            Map<String, Object> learned = new LinkedHashMap<>(row);
            learned.keySet().removeAll(MEASURED_BY_THE_CLOCK);
            rows.add(learned);
        }
        return rows;
    }

    private static void assertSame(Checkpoint left, Checkpoint right) {
        assertThat(left.progress()).isEqualTo(right.progress());
        assertThat(left.hasQueue()).isTrue();
        try (StateDict model = left.model();
                StateDict otherModel = right.model();
                StateDict optimizer = left.optimizer();
                StateDict otherOptimizer = right.optimizer();
                StateDict queue = left.queue();
                StateDict otherQueue = right.queue();
                StateDict monitor = left.monitor();
                StateDict otherMonitor = right.monitor()) {
            assertThat(model.names()).anyMatch(n -> n.endsWith("running_var"));
            assertThat(Tensors.differing(model, otherModel)).isEmpty();
            assertThat(Tensors.differing(optimizer, otherOptimizer)).isEmpty();
            assertThat(Tensors.differing(queue, otherQueue)).isEmpty();
            assertThat(Tensors.differing(monitor, otherMonitor)).isEmpty();
        }
    }
}
