package org.swav4j.method;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * A pass whose whole graph is kept.
 *
 * @param features with their graph
 */
record GraphTrace(Tensor features) implements TrunkTrace {
    @Override
    public void backward(Tensor gradient) {
        features.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    }
}
