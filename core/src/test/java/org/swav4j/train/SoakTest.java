package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.loader.MemoryImages;
import org.swav4j.tensor.Precision;

/** A long training with evaluation after every epoch and a save every ten steps holds no more at its end than once warm. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class SoakTest {
    private static final int EPOCHS = 1000;
    private static final int STEPS = 5 * EPOCHS;
    private static final int WARM = 1000;

    @TempDir
    private Path temporary;

    private static double held(String folder) {
        try (Stream<Path> entries = Files.list(Path.of(folder))) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Timeout(1800)
    void fiveThousandStepsHoldNoMoreThanOne() {
        Integer[] labels = IntStream.range(0, 14).mapToObj(i -> i % 2).toArray(Integer[]::new);
        LabelledMemory labelled = new LabelledMemory(
                List.of("a", "b"),
                Set.of(),
                Arrays.stream(labels).mapToInt(i -> i).toArray());
        KnnProtocol protocol = new KnnProtocol(
                labelled, labelled, EvalTransform.stretch(16), new Knn(3, 0.07), 2, new Quarantine("memory"));
        TinyTraining training = new TinyTraining(temporary.resolve("run"))
                .with("checkpoint_every=10steps on_divergence=rewind:1 knn_every=1 epochs=" + EPOCHS)
                .evaluated((model, ranks) -> protocol.evaluate(pixels -> model.features(pixels, Precision.FP32))
                        .top1());
        List<double[]> samples = new ArrayList<>();
        int[] steps = {0};
        training.afterStep(() -> {
            if (++steps[0] % 50 == 0) {
                samples.add(new double[] {
                    Pointer.totalCount(), held("/proc/self/fd"), held("/proc/self/task"), Pointer.physicalBytes() >> 20
                });
            }
        });
        training.run(new MemoryImages(40, Set.of()));
        assertThat(steps[0]).isEqualTo(STEPS);
        assertThat(training.knn()).hasSize(EPOCHS);
        double[] warm = samples.get(WARM / 50);
        double[] end = samples.get(samples.size() - 1);
        System.out.printf(
                "soak: native objects, files, threads, MB: %s, then %s%n", Arrays.toString(warm), Arrays.toString(end));
        assertThat(end[0] - warm[0]).as("native objects").isLessThan(60);
        assertThat(end[1] - warm[1]).as("open files").isLessThanOrEqualTo(2);
        assertThat(end[2] - warm[2]).as("threads").isLessThanOrEqualTo(2);
        assertThat(end[3] - warm[3]).as("resident memory, MB").isLessThan(100);
    }
}
