package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.swav4j.data.DataException;
import org.swav4j.eval.Predictions;
import org.swav4j.probe.CachedProbe.Fitted;
import org.swav4j.probe.CachedProbe.Solver;
import org.swav4j.probe.CachedProbe.Tried;

class CachedProbeTest {
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f");

    private static CachedProbe probe(Solver solver) {
        return new CachedProbe(solver, List.of(.03, .3), List.of(1e-4, 1e-2, 10.0), 20, 32, 3);
    }

    @ParameterizedTest
    @EnumSource
    void tellsCloudsApart(Solver solver) {
        try (PointerScope scope = new PointerScope()) {
            Fitted fitted = probe(solver).fit(Clouds.of(300, 16, 6, .5, 1), 6);
            Predictions said = fitted.classifier().predict(Clouds.of(120, 16, 6, .5, 2), CLASSES);
            assertThat(said.top(1)).isGreaterThan(.97);
            assertThat(said.ranked()[0]).hasSize(5).doesNotHaveDuplicates();
            assertThat(fitted.heldOutImages()).isEqualTo(60);
            assertThat(fitted.tried()).hasSize(solver == Solver.SGD ? 6 : 3).contains(fitted.chosen());
        }
    }

    /** Twelve images of each class in 200 dimensions of noise: little decay overfits, too much learns nothing. */
    @Test
    void choosesTheSettingThatIsBestOnTheHeldOutPart() {
        try (PointerScope scope = new PointerScope()) {
            Fitted fitted = probe(Solver.LBFGS).fit(Clouds.of(150, 40, 6, 4, 1), 6);
            double best = fitted.tried().stream()
                    .mapToDouble(Tried::heldOutTop1)
                    .max()
                    .orElseThrow();
            assertThat(fitted.chosen().heldOutTop1()).isEqualTo(best);
            assertThat(fitted.tried()).allSatisfy(t -> {
                assertThat(t.heldOutTop1()).isBetween(0.0, 1.0);
                if (t.heldOutTop1() == best) {
                    assertThat(t.heldOutLoss())
                            .isGreaterThanOrEqualTo(fitted.chosen().heldOutLoss());
                }
            });
        }
    }

    /** The choice knows the training images alone: whatever test images say, and in whatever order, they are told the same. */
    @Test
    void testLabelsChangeNothingButTheScore() {
        try (PointerScope scope = new PointerScope()) {
            FeatureRows train = Clouds.of(150, 8, 6, 2, 1);
            FeatureRows test = Clouds.of(90, 8, 6, 2, 2);
            int[] wrong = IntStream.of(test.labels()).map(l -> (l + 1) % 6).toArray();
            Fitted first = probe(Solver.LBFGS).fit(train, 6);
            Predictions said = first.classifier().predict(test, CLASSES);
            Fitted second = probe(Solver.LBFGS).fit(train, 6);
            Predictions again =
                    second.classifier().predict(new FeatureRows(test.features(), wrong, test.images()), CLASSES);
            assertThat(second.tried()).isEqualTo(first.tried());
            assertThat(second.chosen()).isEqualTo(first.chosen());
            assertThat(again.ranked()).isDeepEqualTo(said.ranked());
            assertThat(again.top(1)).isLessThan(said.top(1));
        }
    }

    @Test
    void leavesTheFeaturesAsTheyAre() {
        try (PointerScope scope = new PointerScope()) {
            FeatureRows train = Clouds.of(60, 8, 6, 2, 1);
            org.bytedeco.pytorch.Tensor before = train.features().clone();
            probe(Solver.LBFGS).fit(train, 6).classifier().predict(train, CLASSES);
            assertThat(train.features().equal(before)).isTrue();
        }
    }

    @Test
    void oneSettingNeedsNoChoiceAndOneImagePerClassAllowsNone() {
        try (PointerScope scope = new PointerScope()) {
            FeatureRows one = Clouds.of(6, 8, 6, .1, 1);
            Fitted fitted = new CachedProbe(Solver.LBFGS, List.of(), List.of(.01), 1, 1, 0).fit(one, 6);
            assertThat(fitted.chosen().heldOutTop1()).isNaN();
            assertThat(fitted.heldOutImages()).isZero();
            assertThat(fitted.classifier().predict(one, CLASSES).top(1)).isEqualTo(1);
            assertThatThrownBy(() -> probe(Solver.LBFGS).fit(one, 6))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("more labels");
        }
    }

    @Test
    void aLearningRateThatLeadsNowhereIsNotChosen() {
        try (PointerScope scope = new PointerScope()) {
            CachedProbe probe = new CachedProbe(Solver.SGD, List.of(1e30, .1), List.of(1e-4), 5, 32, 3);
            Fitted fitted = probe.fit(Clouds.of(150, 8, 6, 1, 1), 6);
            assertThat(fitted.tried().get(0).heldOutTop1()).isZero();
            assertThat(fitted.chosen().learningRate()).isEqualTo(.1);
        }
    }
}
