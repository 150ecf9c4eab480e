package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

class ResNetTest {
    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private static final Placement CONTIGUOUS = new Placement(ComputeDevice.CPU, MemoryFormat.Contiguous);

    /** A trunk with its tensors. */
    private record Built(ResNet trunk, StateDict state, StateDict parameters) implements AutoCloseable {
        static Built of(String name, Stem stem, Placement placement) {
            ModuleState modules = new ModuleState(placement);
            try (PointerScope scope = new PointerScope()) {
                ResNet trunk = new ResNet(modules, Architecture.parse(name), stem, new Alone());
                return new Built(trunk, modules.all(), modules.parameters());
            }
        }

        @Override
        public void close() {
            parameters.close();
            state.close();
        }
    }

    /** torchvision's totals less its classifier: 513,000 after 512 features, 2,049,000 after 2048. */
    @ParameterizedTest
    @CsvSource({
        "resnet18, 11176512, 120",
        "resnet34, 21284672, 216",
        "resnet50, 23508032, 318",
        "resnet101, 42500160, 624",
        "resnet152, 58143808, 930",
    })
    void hasTorchvisionsParameters(String name, long parameters, int tensors) {
        try (Built built = Built.of(name, Stem.IMAGENET, CONTIGUOUS)) {
            assertThat(count(built.parameters)).isEqualTo(parameters);
            assertThat(built.state.names()).hasSize(tensors);
            Architecture a = Architecture.parse(name);
            assertThat(byFormula(a.blocks(), a.bottleneck(), 64)).isEqualTo(parameters);
        }
    }

    @ParameterizedTest
    @CsvSource({"resnet50w2, 128", "resnet50w0.25, 16", "resnet18w0.5, 32", "resnet34w0.125, 8"})
    void widthMultipliesEveryChannelCount(String name, int stem) {
        Architecture a = Architecture.parse(name);
        try (Built built = Built.of(name, Stem.IMAGENET, CONTIGUOUS)) {
            assertThat(count(built.parameters)).isEqualTo(byFormula(a.blocks(), a.bottleneck(), stem));
        }
    }

    /** Weights of every convolution, and two per channel for the batch norm behind it. */
    private static long byFormula(List<Integer> blocks, boolean bottleneck, long c) {
        long total = conv(3, c, 7);
        long in = c;
        for (int stage = 0; stage < 4; stage++) {
            long inner = c << stage;
            long out = bottleneck ? 4 * inner : inner;
            long perBlock = bottleneck
                    ? conv(out, inner, 1) + conv(inner, inner, 3) + conv(inner, out, 1)
                    : 2 * conv(inner, inner, 3);
            total += perBlock * blocks.get(stage);
            // the first block has another input
            total += bottleneck ? (in - out) * inner : (in - inner) * inner * 9;
            total += in != out || stage > 0 ? conv(in, out, 1) : 0;
            in = out;
        }
        return total;
    }

    private static long conv(long in, long out, long kernel) {
        return in * out * kernel * kernel + 2 * out;
    }

    private static long count(StateDict parameters) {
        long[] count = {0};
        parameters.forEach((name, tensor) -> count[0] += tensor.numel());
        return count[0];
    }

    @Test
    void namesAreTorchvisionsInItsOrder() {
        try (Built built = Built.of("resnet18w0.125", Stem.IMAGENET, CONTIGUOUS)) {
            List<String> expected = new ArrayList<>(layer("conv1", "bn1"));
            for (int stage = 1; stage <= 4; stage++) {
                for (int block = 0; block < 2; block++) {
                    String at = "layer" + stage + "." + block + ".";
                    expected.addAll(layer(at + "conv1", at + "bn1"));
                    expected.addAll(layer(at + "conv2", at + "bn2"));
                    if (stage > 1 && block == 0) {
                        expected.addAll(layer(at + "downsample.0", at + "downsample.1"));
                    }
                }
            }
            assertThat(built.state.names()).containsExactlyElementsOf(expected);
            assertThat(built.parameters.names())
                    .containsExactlyElementsOf(expected.stream()
                            .filter(n -> n.endsWith("weight") || n.endsWith("bias"))
                            .toList());
        }
        try (Built built = Built.of("resnet50w0.125", Stem.IMAGENET, CONTIGUOUS)) {
            assertThat(built.state.names())
                    .containsSubsequence(
                            "layer1.0.conv1.weight",
                            "layer1.0.conv3.weight",
                            "layer1.0.bn3.num_batches_tracked",
                            "layer1.0.downsample.0.weight",
                            "layer1.0.downsample.1.weight",
                            "layer1.1.conv1.weight",
                            "layer4.2.bn3.running_var");
            assertThat(built.state.get("layer1.0.downsample.0.weight").shape()).containsExactly(32, 8, 1, 1);
            assertThat(built.state.get("layer2.0.conv2.weight").shape()).containsExactly(16, 16, 3, 3);
            assertThat(built.state.get("layer4.2.bn3.num_batches_tracked").shape())
                    .isEmpty();
        }
    }

    private static List<String> layer(String convolution, String norm) {
        return List.of(
                convolution + ".weight",
                norm + ".weight",
                norm + ".bias",
                norm + ".running_mean",
                norm + ".running_var",
                norm + ".num_batches_tracked");
    }

    @ParameterizedTest
    @EnumSource(Stem.class)
    void featuresHaveOneLengthAtEveryResolution(Stem stem) {
        try (Built built = Built.of("resnet18w0.125", stem, Placement.CPU);
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            for (int side : new int[] {8, 33, 64}) {
                Tensor features = built.trunk.forward(Tensors.gaussian(1, 2, 3, side, side), Pass.INFERENCE);
                assertThat(features.shape()).containsExactly(2, 64);
            }
            long kernel = stem == Stem.IMAGENET ? 7 : 3;
            assertThat(built.state.get("conv1.weight").shape()).containsExactly(8, 3, kernel, kernel);
        }
    }

    /** Both small stems without max-pool; with the same weights only the stride tells them apart. */
    @Test
    void stemsDifferInTheirStride() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                Built small = Built.of("resnet18w0.125", Stem.SMALL, Placement.CPU);
                Built strided = Built.of("resnet18w0.125", Stem.SMALL_STRIDE2, Placement.CPU)) {
            strided.state.copyFrom(small.state, "small");
            Tensor pixels = Tensors.gaussian(1, 2, 3, 32, 32);
            assertThat(GoldenSet.maxDifference(
                            small.trunk.forward(pixels, Pass.INFERENCE), byHand(small.state, pixels, false, 1)))
                    .isLessThan(1e-5);
            assertThat(GoldenSet.maxDifference(
                            strided.trunk.forward(pixels, Pass.INFERENCE), byHand(strided.state, pixels, false, 2)))
                    .isLessThan(1e-5);
            assertThat(GoldenSet.maxDifference(
                            small.trunk.forward(pixels, Pass.INFERENCE), strided.trunk.forward(pixels, Pass.INFERENCE)))
                    .isGreaterThan(1e-3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet18w0.125", "resnet50w0.125"})
    void computesWhatTorchvisionDefines(String name) {
        RandomState.seed(6);
        try (Built built = Built.of(name, Stem.IMAGENET, Placement.CPU);
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            // running statistics that are not those of the start
            built.trunk.forward(Tensors.gaussian(1, 4, 3, 48, 48), Pass.TRAINING);
            Tensor pixels = Tensors.gaussian(2, 2, 3, 48, 48);
            Tensor expected = byHand(built.state, pixels, true, 2);
            Tensor features = built.trunk.forward(pixels, Pass.INFERENCE);
            double scale = expected.abs().max().item_double();
            assertThat(scale).isGreaterThan(0.1);
            // float32 rounds in proportion to the values, which grow from block to block
            assertThat(GoldenSet.maxDifference(features, expected)).isLessThan(1e-5 * Math.max(1, scale));
        }
    }

    /** The trunk from its names alone: stride 2 in the first block of stages 2 to 4, on a bottleneck's 3×3. */
    private static Tensor byHand(StateDict state, Tensor pixels, boolean pooled, int stemStride) {
        Tensor x = convNorm(state, pixels, "conv1", "bn1", stemStride).relu();
        if (pooled) {
            x = torch.max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
        }
        for (int stage = 1; stage <= 4; stage++) {
            for (int block = 0; state.contains("layer" + stage + "." + block + ".conv1.weight"); block++) {
                String at = "layer" + stage + "." + block + ".";
                int stride = stage > 1 && block == 0 ? 2 : 1;
                boolean bottleneck = state.contains(at + "conv3.weight");
                Tensor y = convNorm(state, x, at + "conv1", at + "bn1", bottleneck ? 1 : stride)
                        .relu();
                y = convNorm(state, y, at + "conv2", at + "bn2", bottleneck ? stride : 1);
                if (bottleneck) {
                    y = convNorm(state, y.relu(), at + "conv3", at + "bn3", 1);
                }
                Tensor shortcut = state.contains(at + "downsample.0.weight")
                        ? convNorm(state, x, at + "downsample.0", at + "downsample.1", stride)
                        : x;
                x = y.add(shortcut).relu();
            }
        }
        return x.mean(new long[] {2, 3});
    }

    private static Tensor convNorm(StateDict state, Tensor x, String convolution, String norm, int stride) {
        Tensor weight = state.get(convolution + ".weight");
        long padding = weight.size(2) / 2;
        Tensor y = torch.conv2d(
                x,
                weight,
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                1);
        Tensor scale = state.get(norm + ".weight")
                .div(state.get(norm + ".running_var")
                        .add(new org.bytedeco.pytorch.Scalar(1e-5))
                        .sqrt());
        Tensor shift =
                state.get(norm + ".bias").sub(state.get(norm + ".running_mean").mul(scale));
        return y.mul(scale.view(1, -1, 1, 1)).add(shift.view(1, -1, 1, 1));
    }

    /**
     * Some fifty layers of batch norm, the last over four samples of 2×2, magnify what the channels-last statistics round
     * away (a few 1e-6): a wrong stride or a layer left out would differ by 1, not by 1e-3.
     */
    private static final double LAYOUT_TOLERANCE = 1e-3;

    @Test
    void bothMemoryLayoutsGiveTheSameNumbers() {
        RandomState.seed(5);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                Built last = Built.of("resnet50w0.125", Stem.IMAGENET, Placement.CPU);
                Built contiguous = Built.of("resnet50w0.125", Stem.IMAGENET, CONTIGUOUS)) {
            contiguous.state.copyFrom(last.state, "channels last");
            Tensor pixels = Tensors.gaussian(1, 4, 3, 64, 64);
            for (Pass pass : List.of(Pass.TRAINING, Pass.INFERENCE)) {
                Tensor a = last.trunk.forward(pixels.contiguous(MemoryFormat.ChannelsLast), pass);
                Tensor b = contiguous.trunk.forward(pixels, pass);
                assertThat(relativeDifference(a, b)).isLessThan(LAYOUT_TOLERANCE);
            }
            last.state.forEach((name, tensor) -> assertThat(relativeDifference(tensor, contiguous.state.get(name)))
                    .as(name)
                    .isLessThan(LAYOUT_TOLERANCE));
        }
    }

    /** Relative to the largest value. */
    private static double relativeDifference(Tensor a, Tensor b) {
        return GoldenSet.maxDifference(a, b) / Math.max(1e-3, b.abs().max().item_double());
    }

    @Test
    void evaluationChangesNoState() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                Built built = Built.of("resnet18w0.125", Stem.SMALL, Placement.CPU);
                StateDict before = Tensors.copy(built.state)) {
            Tensor pixels = Tensors.gaussian(1, 4, 3, 16, 16);
            Tensor features = built.trunk.forward(pixels, Pass.INFERENCE);
            assertThat(Tensors.differing(before, built.state)).isEmpty();
            assertThat(features.equal(built.trunk.forward(pixels, Pass.INFERENCE)))
                    .isTrue();

            built.trunk.forward(pixels, Pass.TRAINING);
            assertThat(Tensors.differing(before, built.state))
                    .hasSize(3 * 20)
                    .allMatch(name -> name.contains("running_") || name.endsWith("num_batches_tracked"));
        }
    }

    /** An image's features do not depend on what else is in the batch. */
    @Test
    void evaluationTreatsImagesOneByOne() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                Built built = Built.of("resnet18w0.125", Stem.SMALL, Placement.CPU)) {
            Tensor pixels = Tensors.gaussian(1, 4, 3, 16, 16);
            Tensor together = built.trunk.forward(pixels, Pass.INFERENCE);
            Tensor alone = built.trunk.forward(pixels.narrow(0, 2, 1), Pass.INFERENCE);
            assertThat(relativeDifference(alone, together.narrow(0, 2, 1))).isLessThan(1e-5);
        }
    }
}
