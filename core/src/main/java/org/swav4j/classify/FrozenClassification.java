package org.swav4j.classify;

import org.swav4j.data.LabelledImages;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.Predictions;

/** A way to classify by an encoder's features as they are. */
public interface FrozenClassification {
    /**
     * What a classifier made of training images says of test images.
     *
     * @param train each with a label
     * @param test their classes are among those of {@code train}
     */
    Predictions classify(EncoderSource encoder, LabelledImages train, LabelledImages test);

    /** All that its results depend on beside encoder and images. */
    String settings();
}
