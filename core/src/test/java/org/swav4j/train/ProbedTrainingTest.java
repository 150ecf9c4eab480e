package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.loader.MemoryImages;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** Trainings with an online probe beside them. Forty images are five steps an epoch, fifteen in all. */
@Timeout(120)
class ProbedTrainingTest {
    /** Without what changes colours, which are the classes. */
    private static final String COLOURS = "jitter_probability=0 grayscale=0 blur=0";

    @TempDir
    private Path temporary;

    private final ColouredImages images = new ColouredImages(40, 5);

    private TinyTraining training(String name, String settings) {
        return new TinyTraining(temporary.resolve(name)).with(COLOURS + " " + settings);
    }

    private static List<Map<String, Object>> rowsWithoutProbe(TinyTraining training) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> row : ExactResumeTest.rows(training)) {
            Map<String, Object> kept = new LinkedHashMap<>(row);
            kept.keySet().removeAll(Set.of("probe_top1", "probe_loss"));
            rows.add(kept);
        }
        return rows;
    }

    private static List<Double> losses(TinyTraining training) {
        return training.steps().stream().map(StepReport::loss).toList();
    }

    private static double top1(Map<String, Object> row) {
        return (double) row.get("probe_top1");
    }

    /** The places hold the random generator's state, the model batch norm's statistics. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "precision=fp32",
                "precision=fp32 grad_accum=2",
                "precision=bf16 grad_accum=4 checkpoint_activations=true augment_on=device"
            })
    void theTrainingIsTheSameBitForBit(String settings) throws IOException {
        TinyTraining plain = training("plain", settings);
        TinyTraining probed = training("probed", settings + " probe=true");
        Checkpoint expected = Checkpoint.open(plain.run(images).checkpoint());
        Checkpoint found = Checkpoint.open(probed.run(images).checkpoint());
        assertThat(found.progress()).isEqualTo(expected.progress());
        assertThat(losses(probed)).isEqualTo(losses(plain));
        assertThat(rowsWithoutProbe(probed)).isEqualTo(rowsWithoutProbe(plain));
        assertThat(ExactResumeTest.rows(probed)).allSatisfy(row -> {
            assertThat(top1(row)).isBetween(0.0, 1.0);
            assertThat((double) row.get("probe_loss")).isPositive();
        });
        assertThat(ExactResumeTest.rows(plain)).noneMatch(row -> row.containsKey("probe_top1"));
        try (StateDict model = found.model();
                StateDict otherModel = expected.model();
                StateDict optimizer = found.optimizer();
                StateDict otherOptimizer = expected.optimizer();
                StateDict queue = found.queue();
                StateDict otherQueue = expected.queue()) {
            assertThat(Tensors.differing(model, otherModel)).isEmpty();
            assertThat(Tensors.differing(optimizer, otherOptimizer)).isEmpty();
            assertThat(Tensors.differing(queue, otherQueue)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"precision=fp32, 3, 6", "precision=bf16 grad_accum=2, 1, 13"})
    void stoppedAndResumedItMeasuresTheSame(String settings, long first, long second) throws IOException {
        TinyTraining whole = training("whole", settings + " probe=true epochs=5");
        Checkpoint expected = Checkpoint.open(whole.run(images).checkpoint());
        TinyTraining broken = training("broken", settings + " probe=true epochs=5");
        Checkpoint at = null;
        for (long stop : new long[] {first, second, Long.MAX_VALUE}) {
            at = Checkpoint.open(broken.stopAfter(stop).run(images, at).checkpoint());
            RandomState.seed(99);
        }
        assertThat(ExactResumeTest.rows(broken)).hasSize(3).isEqualTo(ExactResumeTest.rows(whole));
        try (StateDict monitor = at.monitor();
                StateDict otherMonitor = expected.monitor()) {
            assertThat(monitor.names()).contains("probe.fc.weight", "probe.momentum.fc.bias", "probe.counts");
            assertThat(Tensors.differing(monitor, otherMonitor)).isEmpty();
        }
    }

    @Test
    void switchedOnAtAResumeItBeginsAndSwitchedOffItIsForgotten() throws IOException {
        TinyTraining training = training("a", "epochs=7").stopAfter(8);
        Checkpoint without = Checkpoint.open(training.run(images).checkpoint());
        Checkpoint with = Checkpoint.open(
                training.with("probe=true").stopAfter(25).run(images, without).checkpoint());
        training.with("probe=false").stopAfter(Long.MAX_VALUE);
        try (StateDict before = without.monitor();
                StateDict then = with.monitor();
                StateDict after =
                        Checkpoint.open(training.run(images, with).checkpoint()).monitor()) {
            assertThat(before.names()).noneMatch(name -> name.startsWith("probe."));
            assertThat(Tensors.doubles(then.get("probe.counts"))[0])
                    .as("its steps")
                    .isEqualTo(17);
            assertThat(after.names()).isEqualTo(before.names());
        }
        assertThat(ExactResumeTest.rows(training))
                .extracting(row -> row.containsKey("probe_top1"))
                .containsExactly(false, true, true, false);
    }

    @Test
    void aRewindTakesItBackToo() throws IOException {
        String settings = "probe=true checkpoint_every=2steps on_divergence=rewind:1 epochs=5";
        boolean[] done = {false};
        TinyTraining poisoned = training("poisoned", settings).poisonedAfter(steps -> {
            boolean now = steps == 7 && !done[0];
            done[0] |= now;
            return now;
        });
        try (StateDict monitor =
                Checkpoint.open(poisoned.run(images).checkpoint()).monitor()) {
            assertThat(poisoned.warnings()).hasSize(1);
            assertThat(Tensors.doubles(monitor.get("probe.counts"))[0])
                    .as("all steps but the one left out")
                    .isEqualTo(24);
            assertThat(monitor.get("probe.fc.weight").isfinite().all().item_bool())
                    .isTrue();
        }
    }

    /** Three classes, so chance is a third. The trunk is left nearly as it is: with batches of eight it is thrown about. */
    @Test
    void itTellsColoursApart() throws IOException {
        TinyTraining training = training("a", "probe=true epochs=21 base_lr=0.02 start_warmup=0");
        training.run(images);
        List<Map<String, Object>> rows = ExactResumeTest.rows(training);
        assertThat(rows).hasSize(11);
        assertThat(top1(rows.get(10))).isGreaterThan(0.8);
        assertThat(training.steps().get(104).probeTop1())
                .as("the newest measured")
                .isEqualTo(top1(rows.get(10)));
    }

    @Test
    void withoutLabelsItIsRefused() {
        TinyTraining training = training("a", "probe=true");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> training.run(new MemoryImages(40, Set.of())))
                .withMessage("--probe: needs labels: the images have none; each class needs a folder of its own");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> training.run(new LabelledMemory(List.of("cats"), Set.of(), new int[40])))
                .withMessage("--probe: needs labels: the images are all of one class; each class needs a folder of its"
                        + " own");
    }
}
