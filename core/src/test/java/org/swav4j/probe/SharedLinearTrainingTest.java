package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ThreadRanks;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.HashedImages;
import org.swav4j.eval.ImagesDone;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.eval.Leakage;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;

/** Several ranks share every batch, and the first ends up with what one process would, to the bit. */
class SharedLinearTrainingTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final List<Stage> STAGES = List.of(Stage.LAYER3, Stage.LAYER4);
    private static final EvalTransform VIEW = EvalTransform.stretch(8);
    private static final LinearRecipe RECIPE = new LinearRecipe(4, .1, List.of(), 1e-4, 12, .5, 1);
    private static final int STEPS = 3;

    @TempDir
    private Path folder;

    /** 41 images of which three are none: three batches of 12, and five images are left out of each epoch. */
    private static HashedImages images() {
        int[] labels = IntStream.range(0, 41).map(i -> i % 3).toArray();
        return new HashedImages(new LabelledMemory(CLASSES, Set.of(5, 18, 33), labels));
    }

    /** Mean colours of quarters as layer3, of the whole as layer4: of each image for itself. */
    private static List<Tensor> encode(Tensor pixels, List<Stage> stages) {
        Tensor x = pixels.to(ScalarType.Float).div(new Scalar(255.0)).permute(0, 3, 1, 2);
        return List.of(
                torch.adaptive_avg_pool2d(x, 2, 2).flatten(1, -1),
                torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, -1));
    }

    private record Done(
            int epochs,
            List<List<EpochScore>> scores,
            int[][] said,
            List<Quarantine.Entry> unreadable,
            Leakage leakage) {}

    /** @param stop by step, counted over all epochs that this call does */
    private static Done train(Collective ranks, Path saved, IntPredicate stop) {
        torch.set_num_threads(1);
        Quarantine quarantine = new Quarantine("memory");
        HashedImages images = images();
        HashedImages asked = images();
        StageEncoder encoder = SharedLinearTrainingTest::encode;
        try (StageFeatures test = StageFeatures.extract(
                        asked, CLASSES, encoder, STAGES, VIEW, 1, quarantine, ImagesDone.UNHEARD, ranks);
                LinearTraining training = new LinearTraining(
                        new LinearTraining.Task(
                                encoder,
                                STAGES,
                                List.of(12, 3),
                                images,
                                test,
                                RECIPE,
                                VIEW,
                                Placement.CPU,
                                2,
                                4,
                                quarantine,
                                "k",
                                Optional.of(saved)),
                        ranks)) {
            int[] steps = {0};
            int epochs = training.run(new Silent(), () -> stop.test(++steps[0]));
            if (epochs == RECIPE.epochs()) {
                images.share(ranks);
            }
            return new Done(
                    epochs,
                    training.scores(),
                    ranks.rank() > 0
                            ? new int[0][]
                            : STAGES.stream()
                                    .map(training::predictions)
                                    .flatMap(p -> Arrays.stream(p.ranked()))
                                    .toArray(int[][]::new),
                    quarantine.entries(),
                    Leakage.between(images, images));
        }
    }

    private static void requireSame(Done found, Done one) {
        assertThat(found.epochs).isEqualTo(one.epochs);
        assertThat(found.scores).isEqualTo(one.scores);
        assertThat(found.said).isDeepEqualTo(one.said);
        assertThat(found.unreadable)
                .extracting(Quarantine.Entry::name)
                .isEqualTo(one.unreadable.stream().map(Quarantine.Entry::name).toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6})
    void theFirstHasWhatOneWouldHave(int world) {
        Path alone = folder.resolve("alone");
        Path shared = folder.resolve("shared");
        Done one = train(new Alone(), alone, step -> false);
        List<Done> several = ThreadRanks.run(world, ranks -> train(ranks, shared, step -> false));
        requireSame(several.get(0), one);
        assertThat(several.get(0).leakage).isEqualTo(one.leakage);
        assertThat(one.leakage.testImages()).isBetween(36, 41);
        assertThat(several.get(0).unreadable).isEqualTo(one.unreadable).hasSize(3);
        assertThat(one.scores).hasSize(4);
        assertThat(one.scores.get(3).get(0).loss())
                .isLessThan(one.scores.get(0).get(0).loss());
        assertThat(several.subList(1, world))
                .allSatisfy(done -> assertThat(done.scores).isEmpty());
        assertThat(shared).as("weights and momentum").hasSameBinaryContentAs(alone);
    }

    @Test
    void oneRankThatIsStoppedStopsAllAndAnyNumberGoesOn() throws IOException {
        Path alone = folder.resolve("alone");
        Path shared = folder.resolve("shared");
        Done one = train(new Alone(), alone, step -> false);
        // in the second epoch's last step, which is done then and lost
        List<Done> stopped =
                ThreadRanks.run(3, ranks -> train(ranks, shared, step -> ranks.rank() == 1 && step == 2 * STEPS));
        assertThat(stopped).extracting(Done::epochs).containsExactly(1, 1, 1);
        assertThat(stopped.get(0).scores).isEqualTo(one.scores.subList(0, 1));
        List<Done> again =
                ThreadRanks.run(2, ranks -> train(ranks, shared, step -> ranks.rank() == 0 && step == STEPS + 1));
        assertThat(again).extracting(Done::epochs).containsExactly(2, 2);
        byte[] halfway = Files.readAllBytes(shared);
        requireSame(train(new Alone(), shared, step -> false), one);
        assertThat(shared).hasSameBinaryContentAs(alone);
        Files.write(shared, halfway);
        List<Done> several = ThreadRanks.run(3, ranks -> train(ranks, shared, step -> false));
        requireSame(several.get(0), one);
        assertThat(shared).hasSameBinaryContentAs(alone);
    }

    @Test
    void aBatchThatCannotBeSharedIsRefused() {
        assertThatThrownBy(() -> ThreadRanks.run(5, ranks -> train(ranks, folder.resolve("x"), step -> false)))
                .rootCause()
                .hasMessage("a batch of 12 cannot be shared by 5 ranks");
    }

    private static final class Silent implements LinearTraining.Watcher {
        @Override
        public void goesOn(int epochs) {}

        @Override
        public void step(int epoch, int step, int stepsPerEpoch) {
            assertThat(stepsPerEpoch).isEqualTo(STEPS);
        }

        @Override
        public void epoch(int epoch, List<EpochScore> scores) {}

        @Override
        public void warning(String message) {
            throw new AssertionError(message);
        }
    }
}
