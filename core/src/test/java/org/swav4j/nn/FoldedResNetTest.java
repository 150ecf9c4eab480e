package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

class FoldedResNetTest {
    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    /** Statistics of a few batches, and norms whose weights are negative and zero too. */
    private static void unsettle(ResNet trunk, StateDict state, int side) {
        trunk.forward(Tensors.gaussian(1, 4, 3, side, side), Pass.TRAINING);
        int[] number = {0};
        state.forEach((name, tensor) -> {
            if (tensor.dim() == 1 && (name.endsWith("weight") || name.endsWith("bias"))) {
                tensor.add_(Tensors.gaussian(number[0]++, tensor.size(0)), new Scalar(0.5));
                tensor.select(0, 0).zero_();
            }
        });
    }

    /** A side of 8 with the paper's stem leaves single pixels, which have a path of their own. */
    @ParameterizedTest
    @CsvSource({
        "resnet18w0.25, IMAGENET, 40, ChannelsLast",
        "resnet18w0.25, SMALL, 16, Contiguous",
        "resnet10w0.25, SMALL_STRIDE2, 16, ChannelsLast",
        "resnet50w0.125, SMALL, 16, ChannelsLast",
        "resnet50w0.125, IMAGENET, 8, Contiguous",
    })
    void hasTheSameFeatures(String name, Stem stem, int side, MemoryFormat layout) {
        RandomState.seed(3);
        ModuleState modules = new ModuleState(new Placement(ComputeDevice.CPU, layout));
        try (StateDict state = modules.all();
                StateDict foldedState = new StateDict();
                StateDict roundedState = new StateDict();
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            ResNet trunk = new ResNet(modules, Architecture.parse(name), stem, new Alone());
            unsettle(trunk, state, side);
            Tensor pixels = Tensors.gaussian(2, 3, 3, side, side);
            Tensor expected = trunk.forward(pixels, Pass.INFERENCE);
            double size = expected.abs().max().item_double();
            Tensor folded = trunk.folded(ScalarType.Float, foldedState).forward(pixels, Pass.INFERENCE);
            assertThat(GoldenSet.maxDifference(folded, expected)).isLessThan(1e-5 * size);
            ResNet rounded = trunk.folded(ScalarType.BFloat16, roundedState);
            try (Precision.Region region = Precision.BF16.on(DeviceType.CPU)) {
                Tensor unfolded = trunk.forward(pixels, Pass.INFERENCE).to(ScalarType.Float);
                Tensor coarse = rounded.forward(pixels, Pass.INFERENCE).to(ScalarType.Float);
                // both are as far from exact as eight bits make them
                double usual = unfolded.sub(expected).norm().item_double();
                assertThat(coarse.sub(expected).norm().item_double())
                        .isLessThan(1.5 * usual + 1e-3 * expected.norm().item_double());
            }
            assertThat(foldedState.names()).allMatch(n -> n.matches("folded\\d+\\.(weight|bias)"));
            assertThat(trunk.forward(pixels, Pass.INFERENCE).equal(expected))
                    .as("the trunk stays as it is")
                    .isTrue();
        }
    }

    @Test
    void cannotBeTrained() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (StateDict state = modules.all();
                StateDict foldedState = new StateDict();
                PointerScope scope = new PointerScope()) {
            ResNet trunk = new ResNet(modules, Architecture.parse("resnet10w0.125"), Stem.SMALL, new Alone());
            ResNet folded = trunk.folded(ScalarType.Float, foldedState);
            Tensor pixels = Tensors.gaussian(2, 3, 3, 8, 8);
            assertThat(folded.forward(pixels, Pass.INFERENCE).requires_grad()).isFalse();
            assertThatIllegalStateException()
                    .isThrownBy(() -> folded.forward(pixels, Pass.TRAINING))
                    .withMessage("a folded network has no batch norm to train");
        }
    }
}
