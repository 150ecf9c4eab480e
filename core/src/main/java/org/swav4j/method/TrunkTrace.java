package org.swav4j.method;

import org.bytedeco.pytorch.Tensor;

/** A pass of the trunk over one micro-batch from which gradients can be had. */
interface TrunkTrace {
    /** Pooled features [V·b, F], crop-major. */
    Tensor features();

    /**
     * Adds to the gradients of the trunk's weights. Once only.
     *
     * @param gradient of the loss with respect to the features, [V·b, F]
     */
    void backward(Tensor gradient);
}
