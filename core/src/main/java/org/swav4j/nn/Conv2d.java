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
import org.swav4j.tensor.StateDict;

/** A square convolution, as a network is built without bias, [N, in, H, W] → [N, out, H/stride, W/stride], padded to keep the size. */
final class Conv2d {
    private static final long[] DENSE = {1, 1};
    private static final long[] NONE = {0, 0};

    private final Tensor weight;
    /** [out], or null. */
    private final Tensor bias;

    private final long[] stride;
    private final long[] padding;

    /** Kaiming-normal weights, fan-out, for ReLU. */
    Conv2d(ModuleState state, int in, int out, int kernel, int stride) {
        this.weight = state.parameter("weight", 0, out, in, kernel, kernel);
        this.bias = null;
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

    private Conv2d(Tensor weight, Tensor bias, long[] stride, long[] padding) {
        this.weight = weight;
        this.bias = bias;
        this.stride = stride;
        this.padding = padding;
    }

    /**
     * The same convolution, its output multiplied and then shifted.
     *
     * @param scale float64 [out]
     * @param shift float64 [out]
     * @param type of the new weights
     * @param owner receives them
     */
    Conv2d scaled(Tensor scale, Tensor shift, ScalarType type, StateDict owner) {
        String name = "folded" + owner.size() / 2;
        Tensor product = weight.to(ScalarType.Double).mul(scale.view(-1, 1, 1, 1));
        // the layout of the weights is what makes convolutions fast
        Tensor scaled = torch.empty_like(weight.detach()).copy_(product).to(type);
        return new Conv2d(
                owner.add(name + ".weight", scaled), owner.add(name + ".bias", shift.to(type)), stride, padding);
    }

    /**
     * Of a single pixel every tap but the centre's sees padding. That case is computed as the 1×1 convolution it is: oneDNN's
     * bfloat16 gradient for a larger kernel of stride 2 there is memory that nobody wrote (libtorch 2.10).
     */
    Tensor forward(Tensor x) {
        long centre = padding[0];
        if (centre > 0 && x.size(2) == 1 && x.size(3) == 1) {
            Tensor tap = weight.narrow(2, centre, 1).narrow(3, centre, 1);
            return conv2d(x, tap, shift(), DENSE, NONE, DENSE, 1);
        }
        return conv2d(x, weight, shift(), stride, padding, DENSE, 1);
    }

    private TensorOptional shift() {
        return bias == null ? new TensorOptional() : new TensorOptional(bias);
    }
}
