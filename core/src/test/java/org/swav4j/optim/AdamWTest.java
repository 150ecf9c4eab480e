package org.swav4j.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

class AdamWTest {
    private static final double DECAY = 0.1;
    private static final Offset<Double> ROUNDING = Offset.offset(1e-6);

    private static OptimizerConfig config(boolean excludeBiasAndNorm) {
        return new OptimizerConfig(OptimizerConfig.Kind.ADAMW, DECAY, 0.9, 0.001, excludeBiasAndNorm);
    }

    private static void gradient(StateDict parameters, String name, double... values) {
        Tensor parameter = parameters.get(name);
        parameter.mutable_grad().put(Tensors.floats(values, parameter.shape()));
    }

    private static StateDict parameters(double... values) {
        StateDict parameters = new StateDict();
        parameters.add("w", Tensors.floats(values, 1, values.length).set_requires_grad(true));
        return parameters;
    }

    /** Algorithm 2 of the paper in float64, for one element. */
    private static final class ByHand {
        private double value;
        private double mean;
        private double square;
        private int steps;

        ByHand(double value) {
            this.value = value;
        }

        double step(double gradient, double learningRate, double decay) {
            steps++;
            mean = 0.9 * mean + 0.1 * gradient;
            square = 0.999 * square + 0.001 * gradient * gradient;
            double m = mean / (1 - Math.pow(0.9, steps));
            double v = square / (1 - Math.pow(0.999, steps));
            value = value - learningRate * decay * value - learningRate * m / (Math.sqrt(v) + 1e-8);
            return value;
        }
    }

    /** The first step moves by lr whatever the gradient: 1·(1 − .01·.1) − .01 = .989. */
    @Test
    void firstStepInNumbers() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = parameters(1, -2);
                AdamW adamw = new AdamW(config(false), parameters)) {
            gradient(parameters, "w", 0.5, 0.001);
            adamw.step(0.01);
            assertThat(Tensors.doubles(parameters.get("w")))
                    .containsExactly(new double[] {0.989, -2 * 0.999 - 0.01}, ROUNDING);
        }
    }

    @Test
    void severalStepsFollowTheDefinition() {
        double[][] gradients = {{0.5, -1}, {0.1, 3}, {-2, 0}, {1e-4, 0.2}};
        double[] rates = {0.01, 0.02, 0.005, 0.01};
        ByHand[] expected = {new ByHand(1), new ByHand(-2)};
        try (PointerScope scope = new PointerScope();
                StateDict parameters = parameters(1, -2);
                AdamW adamw = new AdamW(config(false), parameters)) {
            for (int step = 0; step < rates.length; step++) {
                adamw.zeroGradients();
                gradient(parameters, "w", gradients[step]);
                adamw.step(rates[step]);
                double[] actual = Tensors.doubles(parameters.get("w"));
                for (int i = 0; i < 2; i++) {
                    assertThat(actual[i]).isCloseTo(expected[i].step(gradients[step][i], rates[step], DECAY), ROUNDING);
                }
            }
            assertThat(adamw.state().names()).containsExactlyInAnyOrder("mean.w", "square.w", "steps.w");
            assertThat(adamw.state().get("steps.w").item_long()).isEqualTo(4);
        }
    }

    @Test
    void aParameterThatThawsLateHasItsOwnBiasCorrection() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = parameters(1)) {
            parameters.add("late", Tensors.floats(new double[] {1}, 1, 1).set_requires_grad(true));
            try (AdamW adamw = new AdamW(config(false), parameters)) {
                for (int step = 0; step < 5; step++) {
                    gradient(parameters, "w", 0.3);
                    adamw.step(0.01);
                }
                assertThat(Tensors.doubles(parameters.get("late")))
                        .as("no gradient: neither step nor decay")
                        .containsExactly(1);
                assertThat(adamw.state().contains("mean.late")).isFalse();
                gradient(parameters, "late", 0.3);
                adamw.step(0.01);
                assertThat(Tensors.doubles(parameters.get("late"))).containsExactly(new double[] {0.989}, ROUNDING);
                assertThat(adamw.state().get("steps.late").item_long()).isEqualTo(1);
                assertThat(adamw.state().get("steps.w").item_long()).isEqualTo(6);
            }
        }
    }

    @Test
    void vectorsEscapeDecayOnlyWhenAskedTo() {
        for (boolean exclude : new boolean[] {false, true}) {
            try (PointerScope scope = new PointerScope();
                    StateDict parameters = parameters(1)) {
                parameters.add("bias", Tensors.floats(new double[] {1}, 1).set_requires_grad(true));
                try (AdamW adamw = new AdamW(config(exclude), parameters)) {
                    gradient(parameters, "w", 0.3);
                    gradient(parameters, "bias", 0.3);
                    adamw.step(0.01);
                    assertThat(Tensors.doubles(parameters.get("w"))[0]).isCloseTo(0.989, ROUNDING);
                    assertThat(Tensors.doubles(parameters.get("bias"))[0]).isCloseTo(exclude ? 0.99 : 0.989, ROUNDING);
                }
            }
        }
    }

    @Test
    void continuesFromASavedStateExactly() {
        assertThat(fourSteps(true)).containsExactly(fourSteps(false));
    }

    private static double[] fourSteps(boolean interrupted) {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = parameters(1, -2, 3)) {
            AdamW adamw = new AdamW(config(false), parameters);
            for (int step = 0; step < 4; step++) {
                if (interrupted && step == 2) {
                    AdamW resumed = new AdamW(config(false), parameters);
                    resumed.restore(adamw.state(), "here");
                    adamw.close();
                    adamw = resumed;
                }
                gradient(parameters, "w", 0.1 * step, 1, -0.2);
                adamw.step(0.01);
            }
            adamw.close();
            return Tensors.doubles(parameters.get("w"));
        }
    }

    @Test
    void aStateOfAnotherOptimiserOrModelIsRefused() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = parameters(1, 2);
                StateDict saved = new StateDict();
                AdamW adamw = new AdamW(config(false), parameters)) {
            saved.add("momentum.w", Tensors.floats(new double[] {1, 2}, 1, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> adamw.restore(saved, "runs/a"))
                    .withMessage("runs/a: 'momentum.w' is not a state of this optimiser, which keeps [mean, square]"
                            + " of the model's parameters");
        }
        try (PointerScope scope = new PointerScope();
                StateDict parameters = parameters(1, 2);
                StateDict saved = new StateDict();
                AdamW adamw = new AdamW(config(false), parameters)) {
            saved.add("mean.w", Tensors.floats(new double[] {1, 2, 3}, 1, 3));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> adamw.restore(saved, "runs/a"))
                    .withMessage("runs/a: 'mean.w' is [1, 3]; this optimiser needs [1, 2]");
        }
    }
}
