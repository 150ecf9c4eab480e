package org.swav4j.optim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;
import tools.jackson.databind.JsonNode;

class LarcTest {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reproducesTheReferencesParametersAndMomentum(boolean ratesAsTensors) {
        GoldenSet golden = GoldenSet.resource("g3_larc");
        double worst = 0;
        for (JsonNode c : golden.hyper().get("cases")) {
            try (PointerScope scope = new PointerScope();
                    StateDict parameters = new StateDict()) {
                String name = c.get("name").asString();
                List<String> names = new ArrayList<>();
                c.get("params").forEach(p -> names.add(p.asString()));
                names.forEach(p ->
                        parameters.add(p, golden.tensor(name + "/init_" + p).requires_grad_(true)));
                OptimizerConfig config = new OptimizerConfig(
                        OptimizerConfig.Kind.LARC,
                        c.get("weight_decay").asDouble(),
                        c.get("momentum").asDouble(),
                        c.get("trust_coefficient").asDouble(),
                        false);
                try (Larc larc = new Larc(config, parameters, ratesAsTensors)) {
                    for (int step = 0; step < c.get("lrs").size(); step++) {
                        larc.zeroGradients();
                        for (String p : names) {
                            String gradient = name + "/grad" + step + "_" + p;
                            if (golden.has(gradient)) {
                                parameters.get(p).mutable_grad().put(golden.tensor(gradient));
                            }
                        }
                        larc.step(c.get("lrs").get(step).asDouble());
                        for (String p : names) {
                            Tensor expected = golden.tensor(name + "/after" + step + "_" + p);
                            worst = Math.max(worst, check(name + " " + p + " " + step, parameters.get(p), expected));
                        }
                    }
                    for (String p : names) {
                        String momentum = name + "/momentum_" + p;
                        if (golden.has(momentum)) {
                            Tensor velocity = larc.state().get("momentum." + p);
                            worst = Math.max(worst, check(momentum, velocity, golden.tensor(momentum)));
                        }
                    }
                }
            }
        }
        System.out.printf(
                "g3: max difference from the reference, relative above 1 = %.2e, rates on the %s%n",
                worst, ratesAsTensors ? "tensors" : "host");
    }

    /** Absolute below 1, relative above. */
    private static double check(String what, Tensor actual, Tensor expected) {
        double scale = Math.max(1, expected.abs().max().item_double());
        double difference = GoldenSet.maxDifference(actual, expected) / scale;
        assertThat(difference).as(what).isLessThan(1e-6);
        return difference;
    }

    /** What has no length is left alone: a parameter of zeros, a gradient of zeros, and both. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void zeroNormsAreLeftUnscaledAndUndecayed(boolean ratesAsTensors) {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = new StateDict()) {
            parameters.add("zero", torch.zeros(2, 2).requires_grad_(true));
            parameters.add("still", torch.ones(2, 2).requires_grad_(true));
            parameters.add("nothing", torch.zeros(2, 2).requires_grad_(true));
            OptimizerConfig config = new OptimizerConfig(OptimizerConfig.Kind.LARC, 0.1, 0.9, 0.001, false);
            try (Larc larc = new Larc(config, parameters, ratesAsTensors)) {
                parameters.get("zero").mutable_grad().put(torch.full(new long[] {2, 2}, new Scalar(0.5)));
                parameters.get("still").mutable_grad().put(torch.zeros(2, 2));
                parameters.get("nothing").mutable_grad().put(torch.zeros(2, 2));
                larc.step(0.2);
                assertThat(Tensors.doubles(parameters.get("zero"))).containsOnly(-0.1f);
                assertThat(Tensors.doubles(parameters.get("still"))).containsOnly(1);
                assertThat(Tensors.doubles(parameters.get("nothing"))).containsOnly(0);
            }
        }
    }

    @Test
    void leavesVectorsUnscaledAndUndecayedWhenAskedTo() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = new StateDict()) {
            parameters.add("bias", torch.ones(3).requires_grad_(true));
            OptimizerConfig config = new OptimizerConfig(OptimizerConfig.Kind.LARC, 0.1, 0.9, 0.001, true);
            try (Larc larc = new Larc(config, parameters)) {
                parameters.get("bias").mutable_grad().put(torch.full(new long[] {3}, new Scalar(0.5)));
                larc.step(0.2);
                assertThat(parameters.get("bias").max().item_float()).isEqualTo(0.9f);
            }
        }
    }

    @Test
    void continuesFromASavedState() {
        try (PointerScope scope = new PointerScope()) {
            float uninterrupted = twoSteps(false);
            assertThat(twoSteps(true)).isEqualTo(uninterrupted);
        }
    }

    private static float twoSteps(boolean interrupted) {
        try (StateDict parameters = new StateDict()) {
            parameters.add("w", torch.ones(2, 2).requires_grad_(true));
            OptimizerConfig config = new OptimizerConfig(OptimizerConfig.Kind.LARC, 1e-6, 0.9, 0.02, false);
            Larc larc = new Larc(config, parameters);
            parameters.get("w").mutable_grad().put(torch.full(new long[] {2, 2}, new Scalar(0.5)));
            larc.step(0.2);
            if (interrupted) {
                Larc resumed = new Larc(config, parameters);
                resumed.restore(larc.state(), "test");
                larc.close();
                larc = resumed;
            }
            parameters.get("w").mutable_grad().put(torch.full(new long[] {2, 2}, new Scalar(0.25)));
            larc.step(0.2);
            larc.close();
            return parameters.get("w").max().item_float();
        }
    }
}
