package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.swav4j.Tensors;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.StateDict;

class PrototypesTest {
    private static final Offset<Double> ROUNDING = Offset.offset(1e-6);

    @Test
    void normalisingKeepsDirectionsAndMakesUnitRows() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                StateDict state = modules.all()) {
            Prototypes prototypes = new Prototypes(modules, 2, List.of(3));
            Tensor weight = state.get("prototypes.weight");
            try (NoGradGuard noGrad = new NoGradGuard()) {
                weight.copy_(Tensors.floats(new double[] {3, 4, 0, -2, 0, 0}, 3, 2));
            }
            prototypes.normalize();
            assertThat(Tensors.doubles(weight)).containsExactly(new double[] {0.6, 0.8, 0, -1, 0, 0}, ROUNDING);
            assertThat(weight.requires_grad()).isTrue();
            assertThat(weight.is_leaf()).isTrue();
        }
    }

    @Test
    void oneHeadHasTheReferencesNameAndSeveralTheirs() {
        ModuleState one = new ModuleState(Placement.CPU);
        ModuleState several = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                StateDict single = one.all();
                StateDict state = several.all()) {
            new Prototypes(one, 4, List.of(7));
            assertThat(single.names()).containsExactly("prototypes.weight");
            Prototypes prototypes = new Prototypes(several, 4, List.of(7, 7, 5));
            assertThat(state.names())
                    .containsExactly(
                            "prototypes.prototypes0.weight",
                            "prototypes.prototypes1.weight",
                            "prototypes.prototypes2.weight");
            assertThat(prototypes.heads()).hasSize(3);
            assertThat(prototypes.heads().get(2).shape()).containsExactly(5, 4);
            assertThat(prototypes.heads().get(0).equal(prototypes.heads().get(1)))
                    .as("heads start apart")
                    .isFalse();
        }
    }

    @Test
    void scoresAreProductsWithoutBias() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                StateDict state = modules.all()) {
            Prototypes prototypes = new Prototypes(modules, 2, List.of(2, 3));
            try (NoGradGuard noGrad = new NoGradGuard()) {
                prototypes.heads().get(0).copy_(Tensors.floats(new double[] {1, 0, 0.6, 0.8}, 2, 2));
                prototypes.heads().get(1).zero_();
            }
            List<Tensor> scores = prototypes.scores(Tensors.floats(new double[] {0, 1, -1, 0}, 2, 2));
            assertThat(Tensors.doubles(scores.get(0))).containsExactly(new double[] {0, 0.8, -1, -0.6}, ROUNDING);
            assertThat(Tensors.doubles(scores.get(1))).containsExactly(0, 0, 0, 0, 0, 0);
            assertThat(state.size()).isEqualTo(2);
        }
    }

    @Test
    void gradientsAreDroppedNotZeroed() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                StateDict state = modules.all()) {
            Prototypes prototypes = new Prototypes(modules, 2, List.of(2, 3));
            Tensor embeddings = Tensors.gaussian(1, 4, 2);
            prototypes.scores(embeddings).forEach(scores -> scores.sum().backward());
            assertThat(prototypes.heads()).allMatch(c -> c.grad().defined());
            prototypes.dropGradients();
            assertThat(prototypes.heads()).noneMatch(c -> c.grad().defined());
        }
    }
}
