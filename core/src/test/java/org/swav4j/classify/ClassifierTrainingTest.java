package org.swav4j.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.SelectedImages;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.nn.ClassifierHead;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;

class ClassifierTrainingTest {
    @TempDir
    private Path folder;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    /** The weights after a training, by name. */
    private static void requireSame(StateDict found, StateDict expected) {
        assertThat(found.names()).isEqualTo(expected.names());
        found.forEach((name, tensor) ->
                assertThat(tensor.equal(expected.get(name))).as(name).isTrue());
    }

    private static TrainingOutcome run(ClassifierTraining training) {
        return training.run(TrainingWatcher.NONE, () -> false, Optional.empty(), "0.1.0");
    }

    @Test
    void itLearnsImagesByHeart() {
        try (ClassifierTraining training = new ClassifierTraining(Tasks.of(Tasks.RECIPE.withLength(9, 60, 0)))) {
            TrainingOutcome outcome = run(training);
            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.last().top1()).isEqualTo(1);
            assertThat(outcome.last().loss()).isLessThan(0.2);
            assertThat(outcome.predictions().orElseThrow().labels()).containsExactly(0, 1, 2, 0, 1, 2, 2, 1, 0);
            assertThat(outcome.scores())
                    .extracting(EpochScore::epoch)
                    .startsWith(2, 4, 6)
                    .endsWith(60);
        }
    }

    @Test
    void theSameTaskGivesTheSameBits() {
        TrainingTask task = Tasks.of(Tasks.RECIPE);
        TrainingTask otherWorkers = new TrainingTask(
                task.start(),
                task.train(),
                task.test(),
                task.recipe(),
                task.view(),
                task.placement(),
                task.precision(),
                1,
                task.seed(),
                task.testEvery(),
                task.quarantine());
        assertThat(otherWorkers.key()).isEqualTo(task.key());
        try (ClassifierTraining first = new ClassifierTraining(task);
                ClassifierTraining second = new ClassifierTraining(otherWorkers)) {
            assertThat(run(first).scores()).isEqualTo(run(second).scores());
            requireSame(first.classifier().state(), second.classifier().state());
        }
    }

    @Test
    void stoppedWhereverItGoesOnToTheSameBits() {
        TrainingTask task = Tasks.of(Tasks.RECIPE);
        try (ClassifierTraining whole = new ClassifierTraining(task)) {
            TrainingOutcome expected = run(whole);
            // 2 steps an epoch: stopped within the first epoch, at the end of one that is measured, and at the end of
            // another
            Path place = folder.resolve("unfinished");
            for (int stopAfter : new int[] {1, 3, 2}) {
                AtomicInteger steps = new AtomicInteger();
                try (ClassifierTraining part = new ClassifierTraining(task)) {
                    TrainingOutcome stopped =
                            part.run(counting(steps), () -> steps.get() >= stopAfter, Optional.of(place), "0.1.0");
                    assertThat(stopped.complete()).isFalse();
                    assertThat(place).isDirectory();
                }
            }
            AtomicInteger rest = new AtomicInteger();
            try (ClassifierTraining last = new ClassifierTraining(task)) {
                assertThat(last.run(counting(rest), () -> false, Optional.of(place), "0.1.0")
                                .scores())
                        .isEqualTo(expected.scores());
                requireSame(last.classifier().state(), whole.classifier().state());
                last.deleteUnfinished();
            }
            assertThat(rest.get()).as("steps that were left").isEqualTo(12 - 6);
            assertThat(place).doesNotExist();
        }
    }

    private static TrainingWatcher counting(AtomicInteger steps) {
        return new TrainingWatcher() {
            @Override
            public void step(long step, long all, int epoch, int epochs, double loss, int batch) {
                steps.incrementAndGet();
            }
        };
    }

    @Test
    void aDamagedOrForeignStateIsNotGoneOnFrom() throws Exception {
        TrainingTask task = Tasks.of(Tasks.RECIPE);
        Path place = folder.resolve("unfinished");
        for (int attempt = 0; attempt < 2; attempt++) {
            try (ClassifierTraining part = new ClassifierTraining(task)) {
                part.run(TrainingWatcher.NONE, () -> true, Optional.of(place), "0.1.0");
            }
            Path model = place.resolve("step-1").resolve("model.safetensors");
            TrainingTask next = task;
            if (attempt == 0) {
                byte[] bytes = Files.readAllBytes(model);
                bytes[bytes.length - 1] ^= 1;
                Files.write(model, bytes);
            } else {
                next = Tasks.of(Tasks.RECIPE.withRates(0.02, 0.02));
            }
            AtomicInteger steps = new AtomicInteger();
            try (ClassifierTraining again = new ClassifierTraining(next)) {
                again.run(counting(steps), () -> false, Optional.of(place), "0.1.0");
                again.deleteUnfinished();
            }
            assertThat(steps.get()).isEqualTo(12);
        }
    }

    @Test
    void itBeginsWithTheEncodersTrunkAndItsFolderIsAnEncoder() throws Exception {
        EncoderSource fresh = EncoderSource.untrained(Tasks.INFO, 3);
        Path tuned = folder.resolve("tuned");
        try (ClassifierTraining training = new ClassifierTraining(Tasks.of(Tasks.RECIPE))) {
            requireTrunk(training.classifier(), fresh);
            run(training);
            training.classifier().save(tuned, "{}".getBytes(StandardCharsets.UTF_8), "0.1.0");
            EncoderSource saved = EncoderSource.of(tuned);
            assertThat(saved.info()).isEqualTo(Tasks.INFO);
            requireTrunk(training.classifier(), saved);
            // with the head drawn anew
            TrainingTask on = Tasks.of(saved, Tasks.IMAGES, Tasks.IMAGES, Tasks.RECIPE);
            try (ClassifierTraining next = new ClassifierTraining(on)) {
                requireTrunk(next.classifier(), saved);
                Tensor before = training.classifier().state().get("fc.weight");
                assertThat(next.classifier().state().get("fc.weight").equal(before))
                        .isFalse();
            }
        }
        try (StateDict model = Checkpoint.open(tuned).model()) {
            assertThat(model.names().stream().filter(ClassifierHead::owns)).containsExactly("fc.weight", "fc.bias");
        }
    }

    /** The classifier's logits are those of its head on the frozen encoder's features. */
    private static void requireTrunk(Classifier classifier, EncoderSource source) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                FrozenEncoder encoder = source.open(Placement.CPU, Precision.FP32)) {
            Tensor pixels = Tensors.pixels(2, 3, 16, 16, 3);
            Tensor weight = classifier.state().get("fc.weight");
            Tensor bias = classifier.state().get("fc.bias");
            Tensor expected = encoder.features(pixels).mm(weight.t()).add(bias);
            Tensor logits = classifier.logits(pixels, Pass.INFERENCE);
            assertThat(logits.sub(expected).abs().max().item_double()).isLessThan(1e-5);
        }
    }

    @Test
    void aTrainingThatDivergesNamesTheLearningRates() {
        try (ClassifierTraining training = new ClassifierTraining(Tasks.of(Tasks.RECIPE.withRates(1e30, 1e30)))) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> run(training))
                    .withMessageMatching(
                            "the loss is (not a number|infinite) at step \\d+ of 12 \\(learning rate .* of the"
                                    + " trunk, .* of the head\\); try a lower --lr and --head-lr");
        }
    }

    @Test
    void whatCannotBeTrainedIsRefusedBeforeAnyWork() {
        EncoderSource start = EncoderSource.untrained(Tasks.INFO, 3);
        LabelledImages other = new LabelledMemory(List.of("a", "x"), Set.of(), 0, 1);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Tasks.of(start, Tasks.IMAGES, other, Tasks.RECIPE))
                .withMessageContaining("'x'");
        LabelledImages one = new SelectedImages(Tasks.IMAGES, new int[] {0}, "one");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Tasks.of(start, one, Tasks.IMAGES, Tasks.RECIPE))
                .withMessageEndingWith("needs at least two images to learn from, not 1");
        LabelledImages unlabelled = new LabelledMemory(List.of("a", "b", "c"), Set.of(), 0, -1, 1);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Tasks.of(start, unlabelled, Tasks.IMAGES, Tasks.RECIPE))
                .withMessageEndingWith("'001.jpg' has no label");
    }

    @Test
    void anUnreadableImageIsReplacedAndCounted() {
        LabelledImages broken = new LabelledMemory(List.of("a", "b", "c"), Set.of(4), 0, 1, 2, 0, 1, 2, 2, 1, 0);
        TrainingTask task = Tasks.of(EncoderSource.untrained(Tasks.INFO, 3), broken, broken, Tasks.RECIPE);
        try (ClassifierTraining training = new ClassifierTraining(task)) {
            assertThat(run(training).predictions().orElseThrow().images()).containsExactly(0, 1, 2, 3, 5, 6, 7, 8);
        }
        assertThat(task.quarantine().count()).isEqualTo(1);
    }
}
