package org.swav4j.nn;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.StateDict;

/**
 * A convolution and the batch norm behind it, or the one convolution that both are at inference.
 *
 * @param norm null if the convolution does its work
 */
record ConvNorm(Conv2d convolution, BatchNorm norm) {
    Tensor forward(Tensor x, Pass pass) {
        if (norm != null) {
            return norm.forward(convolution.forward(x), pass);
        }
        if (pass.usesBatchStatistics()) {
            throw new IllegalStateException("a folded network has no batch norm to train");
        }
        return convolution.forward(x);
    }

    /** Both as one convolution, its weights of {@code type} and owned by {@code owner}. */
    ConvNorm folded(ScalarType type, StateDict owner) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor scale = norm.scale();
            return new ConvNorm(convolution.scaled(scale, norm.shift(scale), type, owner), null);
        }
    }
}
