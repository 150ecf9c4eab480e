package org.swav4j.nn;

import static org.bytedeco.pytorch.global.torch.conv2d;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** A square convolution without bias, [N, in, H, W] → [N, out, H/stride, W/stride], padded to keep the size. */
final class Conv2d {
    private static final long[] DENSE = {1, 1};

    private final Tensor weight;
    private final long[] stride;
    private final long[] padding;

    /** Kaiming-normal weights, fan-out, for ReLU. */
    Conv2d(ModuleState state, int in, int out, int kernel, int stride) {
        this.weight = state.parameter("weight", 0, out, in, kernel, kernel);
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {kernel / 2, kernel / 2};
        try (NoGradGuard noGrad = new NoGradGuard()) {
            double fanOut = (double) out * kernel * kernel;
            weight.normal_(0, Math.sqrt(2 / fanOut), new org.bytedeco.pytorch.GeneratorOptional());
        }
    }

    Tensor forward(Tensor x) {
        return conv2d(x, weight, new TensorOptional(), stride, padding, DENSE, 1);
    }
}
