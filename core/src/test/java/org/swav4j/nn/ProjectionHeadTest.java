package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.StateDict;

class ProjectionHeadTest {
    @Test
    void hasTheReferencesNamesAndShapes() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                StateDict state = modules.all();
                StateDict parameters = modules.parameters()) {
            ProjectionHead head = new ProjectionHead(modules, 6, 5, 4, new Alone());
            assertThat(state.names())
                    .containsExactly(
                            "projection_head.0.weight",
                            "projection_head.0.bias",
                            "projection_head.1.weight",
                            "projection_head.1.bias",
                            "projection_head.1.running_mean",
                            "projection_head.1.running_var",
                            "projection_head.1.num_batches_tracked",
                            "projection_head.3.weight",
                            "projection_head.3.bias");
            assertThat(state.get("projection_head.0.weight").shape()).containsExactly(5, 6);
            assertThat(state.get("projection_head.3.weight").shape()).containsExactly(4, 5);
            assertThat(head.forward(Tensors.gaussian(1, 7, 6), Pass.TRAINING).shape())
                    .containsExactly(7, 4);
        }
    }

    @Test
    void isLinearNormReluLinear() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                StateDict state = modules.all()) {
            ProjectionHead head = new ProjectionHead(modules, 6, 5, 4, new Alone());
            Tensor x = Tensors.gaussian(1, 7, 6);
            Tensor hidden =
                    x.matmul(state.get("projection_head.0.weight").t()).add(state.get("projection_head.0.bias"));
            // fresh running statistics: mean 0, variance 1
            Tensor normed = hidden.div(new Scalar(Math.sqrt(1 + 1e-5))).clamp_min(new Scalar(0.0));
            Tensor expected =
                    normed.matmul(state.get("projection_head.3.weight").t()).add(state.get("projection_head.3.bias"));
            assertThat(GoldenSet.maxDifference(head.forward(x, Pass.INFERENCE), expected))
                    .isLessThan(1e-6);
        }
    }

    @Test
    void withoutHiddenLayerItIsOneLinearMap() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                StateDict state = modules.all()) {
            ProjectionHead head = new ProjectionHead(modules, 2, 0, 1, new Alone());
            assertThat(state.names()).containsExactly("projection_head.weight", "projection_head.bias");
            state.get("projection_head.weight").copy_(Tensors.floats(new double[] {2, -3}, 1, 2));
            state.get("projection_head.bias").copy_(Tensors.floats(new double[] {0.5}, 1));
            assertThat(Tensors.doubles(head.forward(Tensors.floats(new double[] {1, 1, 0, 4}, 2, 2), Pass.TRAINING)))
                    .containsExactly(new double[] {-0.5, -11.5}, Offset.offset(1e-6));
        }
    }

    @Test
    void weightsStartUniformWithinTheInverseRootOfTheirInputs() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                StateDict state = modules.all()) {
            new ProjectionHead(modules, 64, 100, 4, new Alone());
            double[] weights = Tensors.doubles(state.get("projection_head.0.weight"));
            double bound = 1 / Math.sqrt(64);
            double square = 0;
            for (double w : weights) {
                assertThat(Math.abs(w)).isLessThanOrEqualTo(bound);
                square += w * w / weights.length;
            }
            assertThat(square).isCloseTo(bound * bound / 3, Offset.offset(0.05 * bound * bound));
        }
    }
}
