package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LbfgsTest {
    @Test
    void findsTheBottomOfRosenbrocksValley() {
        double[] x = {-1.2, 1};
        Lbfgs.Result result = Lbfgs.minimise(
                (p, g) -> {
                    double bend = p[1] - p[0] * p[0];
                    g[0] = -400 * p[0] * bend - 2 * (1 - p[0]);
                    g[1] = 200 * bend;
                    return 100 * bend * bend + (1 - p[0]) * (1 - p[0]);
                },
                x,
                1e-9,
                200);
        assertThat(result.converged()).isTrue();
        assertThat(result.iterations()).isLessThan(60);
        assertThat(x[0]).isCloseTo(1, within(1e-8));
        assertThat(x[1]).isCloseTo(1, within(1e-8));
    }

    @Test
    void aBadlyScaledQuadraticTakesFewerStepsThanItsConditionSuggests() {
        double[] x = new double[40];
        Lbfgs.Result result = Lbfgs.minimise(
                (p, g) -> {
                    double value = 0;
                    for (int i = 0; i < p.length; i++) {
                        double weight = Math.pow(10, i / 20.0 - 1);
                        g[i] = weight * (p[i] - i);
                        value += weight * (p[i] - i) * (p[i] - i) / 2;
                    }
                    return value;
                },
                x,
                1e-6,
                1000);
        assertThat(result.converged()).isTrue();
        assertThat(result.iterations()).isLessThan(300);
        for (int i = 0; i < x.length; i++) {
            assertThat(x[i]).isCloseTo(i, within(1e-5));
        }
    }

    @Test
    void endsWhereRoundingLeavesNoStepAndWhereNothingIsANumber() {
        double[] x = {5};
        // the value is blind to steps this small, so no step can be shown to go down
        Lbfgs.Result flat = Lbfgs.minimise(
                (p, g) -> {
                    g[0] = 1e-3;
                    return 1;
                },
                x,
                1e-9,
                100);
        assertThat(flat.converged()).isFalse();
        assertThat(flat.iterations()).isZero();
        assertThat(x[0]).isEqualTo(5);
        Lbfgs.Result nan = Lbfgs.minimise(
                (p, g) -> {
                    g[0] = Double.NaN;
                    return Double.NaN;
                },
                x,
                1e-9,
                100);
        assertThat(nan.converged()).isFalse();
        assertThat(nan.evaluations()).isEqualTo(1);
    }
}
