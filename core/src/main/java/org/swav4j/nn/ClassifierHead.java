package org.swav4j.nn;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear classifier on pooled features, x·Wᵀ + b, [N, F] → [N, classes], named {@code fc} as torchvision's is. Weights are drawn
 * from N(0, 0.01), biases 0, as the reference's evaluations do.
 */
public final class ClassifierHead {
    private static final String NAME = "fc";
    private static final double DEVIATION = 0.01;

    private final Tensor weight;
    private final Tensor bias;

    public ClassifierHead(ModuleState state, int features, int classes) {
        ModuleState own = state.under(NAME);
        this.weight = own.parameter("weight", 0, classes, features);
        this.bias = own.parameter("bias", 0, classes);
        try (NoGradGuard noGrad = new NoGradGuard()) {
            // drawn on the CPU, so that a seed means the same classifier on every device
            weight.copy_(torch.empty(classes, features).normal_(0, DEVIATION, new GeneratorOptional()));
        }
    }

    /** Whether a network's tensor of this name belongs to its classifier. */
    public static boolean owns(String name) {
        return name.startsWith(NAME + ".");
    }

    /** Logits [N, classes] of features [N, F]. */
    public Tensor forward(Tensor features) {
        return torch.linear(features, weight, new TensorOptional(bias));
    }
}
