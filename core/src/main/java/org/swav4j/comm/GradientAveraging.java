package org.swav4j.comm;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.tensor.StateDict;

/** Makes every rank's gradients the mean over all ranks, between backward and the optimiser's step. */
public final class GradientAveraging {
    private final Collective collective;

    public GradientAveraging(Collective collective) {
        this.collective = collective;
    }

    /** Averages the gradients of those parameters that have one; which ones do must be the same on every rank. */
    public void average(StateDict parameters) {
        if (collective.world() == 1) {
            return;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Scalar share = new Scalar(1.0 / collective.world());
            parameters.forEach((name, parameter) -> {
                Tensor gradient = parameter.mutable_grad();
                if (gradient.defined()) {
                    collective.sum(gradient);
                    gradient.mul_(share);
                }
            });
        }
    }
}
