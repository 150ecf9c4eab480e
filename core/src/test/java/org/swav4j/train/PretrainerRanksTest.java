package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.comm.GlooRanks;
import org.swav4j.optim.OptimizerConfig.Kind;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.SharedTraining.Outcome;

/**
 * A batch shared out over ranks trains as it does on one. What must agree are sums of the same numbers in another order, so the
 * first step's losses, codes and statistics differ by rounding alone. Gradients can differ by more: a ReLU may be open on one side
 * and shut on the other where an activation is within rounding of zero, which moves a gradient by a few thousandths of its norm;
 * and later steps magnify that. How much comes of it is chance; one rank that has the samples of its batches in another order,
 * which is the same training too, shows its size. Bounds are some ten times what was seen, and a tenth of what local statistics
 * in batch norm, codes of one rank's samples, or a queue in another order make.
 *
 * <p>That it is rounding and nothing else shows in float64: there the same steps agree to a hundred times its precision.
 */
class PretrainerRanksTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final long SEED = 2;

    private static final Map<String, Double> FIRST_STEP = Map.of(
            "first loss", 5e-6,
            "codes", 5e-5,
            "gradients", 0.03,
            "weights", 0.03,
            "batch norm", 1e-6,
            "queue", 5e-6);

    private static final Map<String, Double> LATER = Map.of(
            "first loss", 5e-6,
            "loss", 5e-3,
            "codes", 0.05,
            "gradients", 0.3,
            "weights", 0.03,
            "batch norm", 1e-3,
            "queue", 0.01);

    /** In float64, whatever the number of steps. */
    private static final double EXACT = 2e-12;

    private static void requireEqual(SharedTraining training, int world, Map<String, Double> bounds) {
        List<Outcome> all = new ArrayList<>();
        try (StateDict weights = training.weights(SEED)) {
            Outcome one = training.on(new Alone(), weights);
            all.add(one);
            Outcome reordered = training.on(new Alone(), weights, true);
            all.add(reordered);
            List<Outcome> ranks = GlooRanks.run(world, TIMEOUT, collective -> training.on(collective, weights));
            all.addAll(ranks);
            for (Outcome rank : ranks) {
                assertThat(Tensors.differing(rank.state(), ranks.get(0).state()))
                        .as("ranks hold the same network, bit for bit")
                        .isEmpty();
                assertThat(rank.losses()).isEqualTo(ranks.get(0).losses());
                assertThat(Tensors.differing(rank.gradients(), ranks.get(0).gradients()))
                        .isEmpty();
            }
            assertThat(ranks.get(0).gradients().names())
                    .isEqualTo(one.gradients().names());
            assertThat(one.gradients().contains("prototypes.weight")).isEqualTo(training.frozen() < training.steps());
            assertThat(Tensors.differing(weights, one.state()))
                    .contains("layer4.0.conv2.weight", "layer4.0.bn2.running_var");
            Map<String, Double> floor = training.differences(weights, one, List.of(reordered), true);
            Map<String, Double> found = training.differences(weights, one, ranks, false);
            Logger.getLogger(PretrainerRanksTest.class.getName())
                    .fine(() -> world + " ranks, " + training + ": " + found + "; one rank reordered: " + floor);
            found.forEach((kind, off) -> assertThat(off)
                    .as("%s; one rank reordered: %s", kind, floor)
                    .isLessThan(bounds.get(kind)));
        } finally {
            all.forEach(Outcome::close);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 48, 0", "3, 2, 0, 1", "4, 1, 24, 0"})
    void aStepOfSeveralRanksIsThatOfOne(int world, int parts, int queue, int frozen) {
        requireEqual(
                new SharedTraining(1, 24, parts, queue, frozen, Kind.LARC, List.of(1), ScalarType.Float),
                world,
                FIRST_STEP);
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 48, LARC", "3, 2, 48, LARC", "4, 1, 24, LARC", "2, 2, 24, ADAMW"})
    void ranksTogetherTrainAsOne(int world, int parts, int queue, Kind optimizer) {
        requireEqual(
                new SharedTraining(4, 24, parts, queue, 1, optimizer, List.of(1), ScalarType.Double), world, exactly());
    }

    private static Map<String, Double> exactly() {
        return LATER.keySet().stream().collect(Collectors.toMap(kind -> kind, kind -> EXACT));
    }

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({
        "2, 1, 0, 0, 1",
        "3, 1, 0, 0, 1",
        "4, 1, 0, 0, 1",
        "2, 1, 72, 5, 1",
        "3, 1, 72, 5, 1",
        "4, 1, 72, 5, 1",
        "2, 2, 72, 5, 1",
        "3, 2, 72, 5, 1",
        "4, 2, 72, 5, 1",
        "2, 1, 72, 5, 1 2",
        "3, 1, 72, 5, 2 1 1",
        "4, 2, 72, 5, 1 2 1 1"
    })
    void twentyStepsStayWithinRounding(int world, int parts, int queue, int frozen, String threads) {
        List<Integer> each =
                Arrays.stream(threads.split(" ")).map(Integer::valueOf).toList();
        SharedTraining training = new SharedTraining(20, 24, parts, queue, frozen, Kind.LARC, each, ScalarType.Float);
        requireEqual(training, world, LATER);
        requireEqual(training.with(ScalarType.Double), world, exactly());
    }
}
