package org.swav4j.train;

import org.bytedeco.pytorch.Tensor;

/** Looks at the trunk's features in every step, after its backward pass and before the optimiser changes the weights. */
@FunctionalInterface
public interface FeatureObserver {
    /** Looks at nothing. */
    FeatureObserver NONE = features -> {};

    /**
     * Called once per step that is learned from. A GPU must not be waited for.
     *
     * @param features pooled, [V·B, F], crop-major, in the type the trunk computes in; not to be changed, and gone when the step is
     */
    void observe(Tensor features);
}
