package org.swav4j.nn;

import static org.bytedeco.pytorch.global.torch.conv2d;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A square convolution without bias, [N, in, H, W] → [N, out, H/stride, W/stride], padded to keep the size. */
final class Conv2d {
    private static final long[] DENSE = {1, 1};
    private static final long[] NONE = {0, 0};

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
            // drawn in one layout whatever the weight's own, as the generator fills memory in order
            Tensor drawn = torch.empty(
                    new long[] {out, in, kernel, kernel},
                    new TensorOptions(ScalarType.Float),
                    new MemoryFormatOptional(MemoryFormat.ChannelsLast));
            weight.copy_(drawn.normal_(0, Math.sqrt(2 / fanOut), new GeneratorOptional()));
        }
    }

    /**
     * Of a single pixel every tap but the centre's sees padding. That case is computed as the 1×1 convolution it is: oneDNN's
     * bfloat16 gradient for a larger kernel of stride 2 there is memory that nobody wrote (libtorch 2.10).
     */
    Tensor forward(Tensor x) {
        long centre = padding[0];
        if (centre > 0 && x.size(2) == 1 && x.size(3) == 1) {
            Tensor tap = weight.narrow(2, centre, 1).narrow(3, centre, 1);
            return conv2d(x, tap, new TensorOptional(), DENSE, NONE, DENSE, 1);
        }
        return conv2d(x, weight, new TensorOptional(), stride, padding, DENSE, 1);
    }
}
