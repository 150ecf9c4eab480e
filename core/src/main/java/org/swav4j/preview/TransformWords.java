package org.swav4j.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.swav4j.augment.Brightness;
import org.swav4j.augment.ColorJitter;
import org.swav4j.augment.Contrast;
import org.swav4j.augment.GaussianBlur;
import org.swav4j.augment.Grayscale;
import org.swav4j.augment.HorizontalFlip;
import org.swav4j.augment.Hue;
import org.swav4j.augment.Saturation;
import org.swav4j.augment.Transform;

/** What was done to a crop, for people: a few words with the value for each change. */
final class TransformWords {
    private TransformWords() {}

    /** One entry per change, in the order in which they were made. */
    static List<String> of(List<Transform> transforms) {
        List<String> words = new ArrayList<>();
        for (Transform transform : transforms) {
            if (transform instanceof ColorJitter jitter) {
                words.addAll(of(jitter.parts()));
            } else {
                words.add(single(transform));
            }
        }
        return words;
    }

    private static String single(Transform transform) {
        if (transform instanceof HorizontalFlip) {
            return "mirrored";
        }
        if (transform instanceof Brightness b) {
            return factor("brightness", b.factor());
        }
        if (transform instanceof Contrast c) {
            return factor("contrast", c.factor());
        }
        if (transform instanceof Saturation s) {
            return factor("saturation", s.factor());
        }
        if (transform instanceof Hue h) {
            return "hue " + signed(h.turns()) + " turns";
        }
        if (transform instanceof Grayscale) {
            return "grey";
        }
        if (transform instanceof GaussianBlur blur) {
            return String.format(Locale.ROOT, "blur σ %.2g px", blur.sigma());
        }
        throw new IllegalArgumentException("there are no words for " + transform);
    }

    private static String factor(String what, double factor) {
        return String.format(Locale.ROOT, "%s ×%.2f", what, factor);
    }

    /** With a minus sign that is as wide as the plus. */
    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.2f", value).replace('-', '−');
    }
}
