package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.loader.MemoryImages;
import org.swav4j.runlog.MetricsReader;
import org.swav4j.tensor.StateDict;

/** What a run does when it diverges. Forty images are five steps an epoch, fifteen in all. */
@Timeout(120)
class RewindTest {
    @TempDir
    private Path temporary;

    private final MemoryImages images = new MemoryImages(40, Set.of());

    private TinyTraining training(String name, int everySteps, int rewinds) {
        String divergence = rewinds == 0 ? "stop" : "rewind:" + rewinds;
        return new TinyTraining(temporary.resolve(name))
                .with("checkpoint_every=" + everySteps + "steps on_divergence=" + divergence);
    }

    /** Makes the loss of a step, counted from 0, be no number the first time it comes to it. */
    private static void poison(TinyTraining training, long step) {
        boolean[] done = {false};
        training.poisonedAfter(steps -> {
            boolean now = steps == step && !done[0];
            done[0] |= now;
            return now;
        });
    }

    @Test
    void goesBackLeavesTheBatchOutAndEndsTheSameWhereverItWentBackTo() throws IOException {
        TinyTraining often = training("often", 2, 2);
        poison(often, 7);
        TrainingResult result = often.run(images);
        assertThat(result.step()).isEqualTo(15);
        assertThat(often.warnings())
                .containsExactly(
                        "the loss is not a number at step 7; back to step-000000006, and the batch of that step is"
                                + " left out (rewind 1 of 2; its images are in "
                                + often.directory().diverged() + ")");
        List<Long> steps = often.steps().stream().map(StepReport::step).toList();
        assertThat(steps).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 7L, 9L, 10L, 11L, 12L, 13L, 14L, 15L);

        TinyTraining seldom = training("seldom", 5, 1);
        poison(seldom, 7);
        TrainingResult other = seldom.run(images);
        assertThat(seldom.warnings()).singleElement().asString().contains("back to step-000000005");
        try (StateDict left = Checkpoint.open(result.checkpoint()).model();
                StateDict right = Checkpoint.open(other.checkpoint()).model()) {
            assertThat(Tensors.differing(left, right)).isEmpty();
        }
        TinyTraining plain = training("plain", 5, 1);
        try (StateDict left = Checkpoint.open(result.checkpoint()).model();
                StateDict right =
                        Checkpoint.open(plain.run(images).checkpoint()).model()) {
            assertThat(Tensors.differing(left, right)).contains("conv1.weight");
        }

        List<Map<String, Object>> rows = MetricsReader.read(often.directory().metrics());
        assertThat(rows).extracting(r -> r.get("step")).containsExactly(1L, 8L, 11L);
        assertThat(rows.get(1))
                .containsEntry("left_out", "the loss is not a number")
                .containsEntry("epoch", 1L);
        List<String> named = Files.readAllLines(often.directory().diverged());
        assertThat(named).hasSize(9).startsWith("step,epoch,symptom,image");
        assertThat(new HashSet<>(named)).hasSize(9);
        assertThat(named.subList(1, 9)).allMatch(l -> l.matches("7,1,the loss is not a number,\\d{3}\\.jpg"));
    }

    @Test
    void goesBackToTheBeginningBeforeTheFirstInterval() {
        TinyTraining training = training("a", 5, 1);
        poison(training, 2);
        assertThat(training.run(images).step()).isEqualTo(15);
        assertThat(training.warnings()).singleElement().asString().contains("back to step-000000000");
        assertThat(training.steps().get(2).step()).isEqualTo(1);
    }

    @Test
    void goesBackNoMoreOftenThanAllowed() throws IOException {
        TinyTraining training = training("a", 2, 2);
        training.poisonedAfter(steps -> steps >= 7);
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> training.run(images))
                .withMessageStartingWith("the loss is not a number at step 9 (learning rate ");
        assertThat(training.warnings()).hasSize(2);
        assertThat(Files.readAllLines(training.directory().diverged())).hasSize(25);
        assertThat(Checkpoint.find(training.directory().path()).progress().step())
                .as("two steps were left out: the state of step 6 is that of 8")
                .isEqualTo(8);
        try (StateDict saved = Checkpoint.find(training.directory().path()).model()) {
            assertThat(saved.isFinite()).isTrue();
        }
    }

    @Test
    void stopsByDefaultAndNamesTheImages() throws IOException {
        TinyTraining training = training("a", 2, 0);
        poison(training, 7);
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> training.run(images))
                .satisfies(e -> assertThat(e.step()).isEqualTo(7));
        assertThat(Files.readAllLines(training.directory().diverged())).hasSize(9);
        assertThat(Checkpoint.find(training.directory().path()).progress().step())
                .isEqualTo(6);
    }

    @Test
    void aRunThatWentBackCanBeStoppedAndResumed() {
        TinyTraining whole = training("whole", 2, 2);
        poison(whole, 7);
        TrainingResult expected = whole.run(images);
        TinyTraining broken = training("broken", 2, 2).stopAfter(11);
        poison(broken, 7);
        Checkpoint checkpoint = Checkpoint.open(broken.run(images).checkpoint());
        TrainingResult resumed = broken.stopAfter(Long.MAX_VALUE).run(images, checkpoint);
        try (StateDict left = Checkpoint.open(expected.checkpoint()).model();
                StateDict right = Checkpoint.open(resumed.checkpoint()).model()) {
            assertThat(Tensors.differing(left, right)).isEmpty();
        }
    }

    /** Or a scheduler that starts a run again and again would let it go back for ever. */
    @Test
    void whatWasLeftOutBeforeAResumeCounts() {
        TinyTraining training = training("a", 2, 1).stopAfter(9);
        poison(training, 7);
        Checkpoint checkpoint = Checkpoint.open(training.run(images).checkpoint());
        assertThat(training.warnings()).hasSize(1);
        poison(training, 12);
        training.stopAfter(Long.MAX_VALUE);
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> training.run(images, checkpoint))
                .satisfies(e -> assertThat(e.step()).isEqualTo(12));
        assertThat(training.warnings()).hasSize(1);
    }
}
