package org.swav4j.classify;

/** A way to make a classifier of labelled images, as {@link Comparison} has them side by side. */
public enum Method {
    /** The pretrained encoder, trained on with the labels. */
    FINE_TUNED("fine-tuned", true, true),
    /** The same architecture from fresh weights. */
    FROM_SCRATCH("from scratch", false, true),
    /** A linear classifier on what the pretrained encoder gives as it is. */
    LINEAR("linear, pretrained", true, false),
    /** The same on an encoder of fresh weights, which says what the architecture alone is worth. */
    LINEAR_UNTRAINED("linear, untrained", false, false);

    private final String label;
    private final boolean pretrained;
    private final boolean trained;

    Method(String label, boolean pretrained, boolean trained) {
        this.label = label;
        this.pretrained = pretrained;
        this.trained = trained;
    }

    /** Whether it begins with the pretrained encoder. */
    public boolean pretrained() {
        return pretrained;
    }

    /** Whether the encoder is trained with the labels. */
    public boolean trained() {
        return trained;
    }

    /** As people read it. */
    @Override
    public String toString() {
        return label;
    }
}
