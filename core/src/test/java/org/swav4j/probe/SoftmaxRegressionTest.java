package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SoftmaxRegressionTest {
    private static final int ROWS = 60;
    private static final int DIMENSIONS = 3;
    private static final int CLASSES = 4;
    private static final double DECAY = .05;

    private final double[] values = Clouds.values(ROWS, DIMENSIONS, CLASSES, 1.5, 1);
    private final int[] labels = Clouds.labels(ROWS, CLASSES);

    @BeforeEach
    void centre() {
        // plain gradient descent would take long to balance biases against a common offset
        Arrays.setAll(values, i -> values[i] - 3);
    }

    /** x = ±1 for two classes: W = (−u, u), b = 0, and λ·u = 1 / (1 + e^2u); for u = 1 that is λ = 1 / (1 + e²). */
    @Test
    void twoPointsOnALineByHand() {
        double decay = 1 / (1 + Math.exp(2));
        double[] point = new double[4];
        try (PointerScope scope = new PointerScope()) {
            Tensor x = FeatureRows.doubles(new double[] {1, -1}, 0, 2, 1);
            Lbfgs.Result result = Lbfgs.minimise(
                    new SoftmaxRegression(x, FeatureRows.longs(new int[] {1, 0}), 2, decay), point, 1e-10, 100);
            assertThat(result.converged()).isTrue();
            assertThat(result.value()).isCloseTo(Math.log(1 + Math.exp(-2)) + decay, within(1e-12));
        }
        assertThat(point).containsExactly(new double[] {-1, 1, 0, 0}, within(1e-8));
    }

    @Test
    void isWhereALongPlainGradientDescentEnds() {
        double[] point = new double[CLASSES * (DIMENSIONS + 1)];
        try (PointerScope scope = new PointerScope()) {
            Tensor x = FeatureRows.doubles(values, 0, ROWS, DIMENSIONS);
            Lbfgs.Result result = Lbfgs.minimise(
                    new SoftmaxRegression(x, FeatureRows.longs(labels), CLASSES, DECAY), point, 1e-9, 500);
            assertThat(result.converged()).isTrue();
            assertThat(result.gradientNorm()).isLessThan(1e-9);
        }
        double[] plain = new double[point.length];
        double[] gradient = new double[point.length];
        for (int step = 0; step < 6_000; step++) {
            plainGradient(plain, gradient);
            for (int i = 0; i < plain.length; i++) {
                plain[i] -= .1 * gradient[i];
            }
        }
        assertThat(point).containsExactly(plain, within(1e-6));
    }

    @Test
    void float32ComesAsNear() {
        double[] exact = new double[CLASSES * (DIMENSIONS + 1)];
        double[] rounded = exact.clone();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = FeatureRows.doubles(values, 0, ROWS, DIMENSIONS);
            Tensor y = FeatureRows.longs(labels);
            Lbfgs.minimise(new SoftmaxRegression(x, y, CLASSES, DECAY), exact, 1e-9, 500);
            Lbfgs.Result result = Lbfgs.minimise(
                    new SoftmaxRegression(x.to(ScalarType.Float), y, CLASSES, DECAY), rounded, 1e-5, 500);
            assertThat(result.converged()).isTrue();
        }
        assertThat(rounded).containsExactly(exact, within(2e-3));
    }

    @Test
    void theGradientIsTheOneByDefinition() {
        double[] point = new double[CLASSES * (DIMENSIONS + 1)];
        for (int i = 0; i < point.length; i++) {
            point[i] = Math.sin(i);
        }
        double[] expected = new double[point.length];
        plainGradient(point, expected);
        double[] gradient = new double[point.length];
        try (PointerScope scope = new PointerScope()) {
            Tensor x = FeatureRows.doubles(values, 0, ROWS, DIMENSIONS);
            new SoftmaxRegression(x, FeatureRows.longs(labels), CLASSES, DECAY).at(point, gradient);
        }
        assertThat(gradient).containsExactly(expected, within(1e-12));
    }

    /** Loops in float64, from the definition. */
    private void plainGradient(double[] point, double[] gradient) {
        int biases = CLASSES * DIMENSIONS;
        Arrays.fill(gradient, 0);
        for (int n = 0; n < ROWS; n++) {
            double[] e = new double[CLASSES];
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
                double z = point[biases + c];
                for (int f = 0; f < DIMENSIONS; f++) {
                    z += point[c * DIMENSIONS + f] * values[n * DIMENSIONS + f];
                }
                e[c] = Math.exp(z);
                sum += e[c];
            }
            for (int c = 0; c < CLASSES; c++) {
                double error = (e[c] / sum - (labels[n] == c ? 1 : 0)) / ROWS;
                gradient[biases + c] += error;
                for (int f = 0; f < DIMENSIONS; f++) {
                    gradient[c * DIMENSIONS + f] += error * values[n * DIMENSIONS + f];
                }
            }
        }
        for (int i = 0; i < biases; i++) {
            gradient[i] += DECAY * point[i];
        }
    }
}
