package org.swav4j.augment;

import java.util.Locale;

/**
 * How strongly crops are changed: probabilities and strengths.
 *
 * @param flip probability of mirroring left to right
 * @param jitter probability of the colour jitter, all four parts together
 * @param brightness factor is uniform in [max(0, 1 - b), 1 + b]; likewise contrast and saturation; 0 = off
 * @param contrast see brightness
 * @param saturation see brightness
 * @param hue shift is uniform in [-h, h] turns, at most half a turn; 0 = off
 * @param grayscale probability of dropping colour
 * @param blur probability of Gaussian blur
 * @param blurMin smallest standard deviation of the blur, pixels
 * @param blurMax largest standard deviation of the blur, pixels
 * @param fidelity how hue and blur are computed
 */
public record Augmentation(
        double flip,
        double jitter,
        double brightness,
        double contrast,
        double saturation,
        double hue,
        double grayscale,
        double blur,
        double blurMin,
        double blurMax,
        Fidelity fidelity) {
    /** The paper's, at every resolution. */
    public static final Augmentation SWAV =
            new Augmentation(0.5, 0.8, 0.8, 0.8, 0.8, 0.2, 0.2, 0.5, 0.1, 2.0, Fidelity.FAST);

    /** How closely hue and blur follow PIL, which the reference is written with; everything else is within one level. */
    public enum Fidelity {
        /** By OpenCV: half a level from PIL on average. */
        FAST,
        /** In Java, PIL's bits; a whole image takes some three times as long. */
        EXACT;

        /**
         * The one of that name.
         *
         * @throws IllegalArgumentException naming both
         */
        public static Fidelity parse(String name) {
            for (Fidelity fidelity : values()) {
                if (fidelity.toString().equals(name)) {
                    return fidelity;
                }
            }
            throw new IllegalArgumentException("'" + name + "': must be fast or exact");
        }

        /** {@code fast} or {@code exact}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final double MAX_STRENGTH = 10;
    private static final double MAX_BLUR = 50;

    /** Refuses values out of range, naming the field, the rule and the value. */
    public Augmentation {
        within("flip", flip, 1);
        within("jitter", jitter, 1);
        within("brightness", brightness, MAX_STRENGTH);
        within("contrast", contrast, MAX_STRENGTH);
        within("saturation", saturation, MAX_STRENGTH);
        within("hue", hue, 0.5);
        within("grayscale", grayscale, 1);
        within("blur", blur, 1);
        within("blurMax", blurMax, MAX_BLUR);
        within("blurMin", blurMin, blurMax);
    }

    private static void within(String name, double value, double max) {
        boolean ok = value >= 0 && value <= max;
        if (!ok) {
            throw new IllegalArgumentException(name + " must satisfy 0 <= " + name + " <= " + max + ", found " + value);
        }
    }
}
