package org.swav4j.nn;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** x·Wᵀ + b, [N, in] → [N, out]. */
final class Linear {
    private final Tensor weight;
    private final Tensor bias;

    /** Weights and bias uniform in ±1/√in, libtorch's default. */
    Linear(ModuleState state, int in, int out) {
        this.weight = state.parameter("weight", 0, out, in);
        this.bias = state.parameter("bias", 0, out);
        double bound = 1 / Math.sqrt(in);
        try (NoGradGuard noGrad = new NoGradGuard()) {
            weight.copy_(torch.empty(out, in).uniform_(-bound, bound, new GeneratorOptional()));
            bias.copy_(torch.empty(out).uniform_(-bound, bound, new GeneratorOptional()));
        }
    }

    Tensor forward(Tensor x) {
        return torch.linear(x, weight, new TensorOptional(bias));
    }
}
