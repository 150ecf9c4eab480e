package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.Lineage;
import org.swav4j.comm.Collective;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.loader.MemoryImages;
import org.swav4j.method.Swav;
import org.swav4j.tensor.StateDict;

/** When a run saves and what it does when it cannot. Forty images are five steps an epoch, fifteen in all. */
@Timeout(120)
class SavingTest {
    @TempDir
    private Path temporary;

    private final MemoryImages images = new MemoryImages(40, Set.of());

    private TinyTraining training(String name, String every, int keep) {
        return new TinyTraining(temporary.resolve(name)).with("checkpoint_every=" + every + " keep=" + keep);
    }

    private static List<Long> steps(List<Path> checkpoints) {
        return checkpoints.stream().map(CheckpointDirectory::step).toList();
    }

    private static void unchecked(IoAction action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface IoAction {
        void run() throws IOException;
    }

    @Test
    void savesAsOftenAsAskedAndKeepsAsManyAsAsked() {
        TinyTraining training = training("a", "4steps", 2);
        TrainingResult result = training.run(images);
        assertThat(steps(training.saved())).containsExactly(4L, 8L, 12L, 15L);
        assertThat(steps(new CheckpointDirectory(training.directory().checkpoints(), 1).list()))
                .containsExactly(12L, 15L);
        Checkpoint last = Checkpoint.open(result.checkpoint());
        assertThat(last.lineage()).isEqualTo(new Lineage("tiny", "step-000000012"));
    }

    @Test
    void savingChangesNothingOfWhatIsLearned() {
        TrainingResult often = training("often", "1step", 1).run(images);
        TrainingResult once = training("once", "9h", 1).run(images);
        try (StateDict left = Checkpoint.open(often.checkpoint()).model();
                StateDict right = Checkpoint.open(once.checkpoint()).model()) {
            assertThat(Tensors.differing(left, right)).isEmpty();
        }
    }

    /** A file where the folder of checkpoints was stands for a disk that takes nothing. */
    @Test
    void aDiskThatTakesNothingIsAWarningAndTrainingGoesOn() {
        TinyTraining training = training("a", "1step", 3);
        Path checkpoints = training.directory().checkpoints();
        Path away = temporary.resolve("away");
        training.afterStep(() -> {
            if (training.steps().size() == 3) {
                unchecked(() -> {
                    awaitThere(checkpoints.resolve("step-000000002"));
                    Files.move(checkpoints, away);
                    Files.writeString(checkpoints, "full");
                });
            } else if (training.steps().size() == 13) {
                unchecked(() -> {
                    Files.delete(checkpoints);
                    Files.move(away, checkpoints);
                });
            }
        });
        TrainingResult result = training.run(images);
        assertThat(result.step()).isEqualTo(15);
        assertThat(training.warnings())
                .singleElement()
                .asString()
                .startsWith(checkpoints + "/step-00000000")
                .contains(
                        ": cannot be written: ",
                        "Is the disk full or read-only? Training goes on and tries again; the"
                                + " newest checkpoint is " + checkpoints + "/step-00000000");
        assertThat(Checkpoint.open(result.checkpoint()).progress().step()).isEqualTo(15);
    }

    private static void awaitThere(Path path) {
        for (int i = 0; i < 4000 && !Files.exists(path); i++) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void theLastSaveMustSucceed() throws IOException {
        TinyTraining training = training("a", "9h", 3);
        Path checkpoints = training.directory().checkpoints();
        Files.delete(checkpoints);
        Files.writeString(checkpoints, "full");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> training.run(images))
                .withMessageStartingWith(checkpoints + "/step-000000015: cannot be written: ");
        assertThat(training.steps()).hasSize(15);
    }

    @Test
    void theBestByKnnIsKeptAndKnown() throws IOException {
        List<Double> accuracies = new ArrayList<>(List.of(0.25, 0.75, 0.5));
        TinyTraining training =
                training("a", "9h", 1).with("knn_every=1").evaluated((model, ranks) -> accuracies.remove(0));
        TrainingResult result = training.run(images);
        Path checkpoints = training.directory().checkpoints();
        try (Stream<Path> entries = Files.list(checkpoints)) {
            assertThat(entries.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("latest", "best", "step-000000010", "step-000000015");
        }
        Checkpoint best = Checkpoint.find(checkpoints.resolve("best"));
        assertThat(best.progress().step()).isEqualTo(10);
        assertThat(best.knnTop1()).hasValue(0.75);
        assertThat(Checkpoint.open(result.checkpoint()).knnTop1()).hasValue(0.5);
    }

    @Test
    void anEvaluationThatFailsLosesNothing() {
        TinyTraining training = training("a", "9h", 1).with("knn_every=2").evaluated((model, ranks) -> {
            throw new OutOfMemoryError("of the evaluation");
        });
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> training.run(images));
        assertThat(Checkpoint.find(training.directory().path()).progress().step())
                .isEqualTo(10);
    }

    /** As if the run had been stopped on one machine and copied to another whose clock is years behind. */
    @Test
    void clocksDecideNothing() throws IOException {
        TinyTraining training = training("a", "2steps", 9).stopAfter(8);
        training.run(images);
        CheckpointDirectory directory =
                new CheckpointDirectory(training.directory().checkpoints(), 9);
        long time = System.currentTimeMillis() + 1_000_000_000L;
        for (Path each : directory.list()) {
            Files.setLastModifiedTime(each, java.nio.file.attribute.FileTime.fromMillis(time -= 500_000_000L));
        }
        Checkpoint newest = directory.recover(damaged -> {}).orElseThrow();
        assertThat(newest.progress().step()).isEqualTo(8);
        assertThat(training.stopAfter(Long.MAX_VALUE).run(images, newest).step())
                .isEqualTo(15);
    }

    @Test
    void memoryStaysFlatWhileItSaves() {
        TinyTraining training = training("a", "1step", 2).with("epochs=40");
        long[] count = new long[201];
        training.afterStep(() -> count[training.steps().size()] = Pointer.totalCount());
        training.run(images);
        assertThat(count[200] - count[50]).as("native objects").isLessThan(60);
    }

    /** Stopped at an epoch's end, where it would have been measured next: the resumed run makes up for it. */
    @ParameterizedTest
    @ValueSource(longs = {5, 15})
    void anEpochThatWasNotMeasuredBeforeAStopIsMeasuredAfterIt(long stop) throws IOException {
        TinyTraining whole = training("whole", "9h", 9).with("knn_every=1").evaluated(SavingTest::anAccuracy);
        TrainingResult expected = whole.run(images);
        TinyTraining broken = training("broken", "9h", 9)
                .with("knn_every=1")
                .evaluated(SavingTest::anAccuracy)
                .stopAfter(stop);
        Checkpoint checkpoint = Checkpoint.open(broken.run(images).checkpoint());
        assertThat(checkpoint.progress().batch()).isZero();
        assertThat(checkpoint.knnTop1()).isEmpty();
        assertThat(broken.knn()).hasSize((int) stop / 5 - 1);
        TrainingResult resumed = broken.stopAfter(Long.MAX_VALUE).run(images, checkpoint);
        assertThat(broken.knn()).isEqualTo(whole.knn()).hasSize(3);
        assertThat(ExactResumeTest.rows(broken)).isEqualTo(ExactResumeTest.rows(whole));
        assertThat(Checkpoint.open(resumed.checkpoint()).knnTop1())
                .isEqualTo(Checkpoint.open(expected.checkpoint()).knnTop1());
        assertThat(Checkpoint.open(checkpoint.directory()).knnTop1())
                .as("now the step's checkpoint knows it")
                .hasValue(whole.knn().get((int) stop / 5 - 1));
    }

    private static double anAccuracy(Swav model, Collective ranks) {
        return Math.abs(Tensors.doubles(model.parameters().get("conv1.weight"))[0]) % 1;
    }

    @Test
    void whoAsksForAStopWhileItIsMeasuredDoesNotWaitForAnotherStep() {
        boolean[] asked = {false};
        TinyTraining training = training("a", "9h", 9)
                .with("knn_every=1")
                .evaluated((model, ranks) -> {
                    asked[0] = true;
                    return 0.5;
                })
                .stopWhen(() -> asked[0]);
        TrainingResult result = training.run(images);
        assertThat(result.interrupted()).isTrue();
        assertThat(result.step()).isEqualTo(5);
        assertThat(Checkpoint.open(result.checkpoint()).knnTop1()).hasValue(0.5);
    }

    /** As when the network disk with the images is gone. */
    @Test
    void imagesThatCannotBeHadAnyMoreEndTheRunAfterASave() {
        TinyTraining training = training("a", "9h", 9);
        ImageSource lost = new WatchedImages(images, () -> {
            if (training.steps().size() >= 7) {
                throw new DataException("the network is down");
            }
        });
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> training.run(lost));
        Checkpoint saved = Checkpoint.find(training.directory().path());
        assertThat(saved.progress().step()).isEqualTo(training.steps().size());
        assertThat(training.run(images, saved).step()).isEqualTo(15);
    }
}
