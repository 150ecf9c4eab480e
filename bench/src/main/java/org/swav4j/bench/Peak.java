package org.swav4j.bench;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;

/**
 * What this machine's arithmetic can do through the same library, GFLOP/s: the fastest of a few large matrix products and
 * convolutions, on as many threads as libtorch has.
 */
final class Peak implements AutoCloseable {
    private static final int SIDE = 4096;
    private static final int TRIES = 3;

    private static final int IMAGES = 32;
    private static final int CHANNELS = 256;
    private static final int PIXELS = 56;

    private final StateDict kept = new StateDict();
    private final Tensor a;
    private final Tensor b;
    private final Tensor images;
    private final Tensor weight;

    /** Prepares the factors. */
    Peak(Precision precision) {
        ScalarType type = precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
        try (PointerScope scope = new PointerScope()) {
            a = kept.add("a", torch.randn(new long[] {SIDE, SIDE}).to(type));
            b = kept.add("b", torch.randn(new long[] {SIDE, SIDE}).to(type));
            images = kept.add("images", channelsLast(type, IMAGES, CHANNELS, PIXELS, PIXELS));
            weight = kept.add("weight", channelsLast(type, CHANNELS, CHANNELS, 3, 3));
        }
    }

    private static Tensor channelsLast(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional(MemoryFormat.ChannelsLast))
                .normal_();
    }

    /** A product of two matrices [4096, 4096]. */
    double matrixProduct() {
        return fastest(2.0 * SIDE * SIDE * SIDE, () -> torch.mm(a, b));
    }

    /** A 3×3 convolution of 256 to 256 channels on 32 images of 56×56, channels last. */
    double convolution() {
        long[] one = {1, 1};
        return fastest(
                2.0 * IMAGES * CHANNELS * CHANNELS * 9 * PIXELS * PIXELS,
                () -> torch.conv2d(images, weight, new TensorOptional(), one, one, one, 1));
    }

    private static double fastest(double flops, Runnable work) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= TRIES; i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                long start = System.nanoTime();
                work.run();
                least = Math.min(least, (double) (System.nanoTime() - start));
            }
        }
        return flops / least;
    }

    @Override
    public void close() {
        kept.close();
    }
}
