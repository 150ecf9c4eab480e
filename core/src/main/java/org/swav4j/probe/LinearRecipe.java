package org.swav4j.probe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;

/**
 * How a linear classifier is trained on a frozen trunk: SGD with momentum 0.9 on random resized crops, mirrored half of the time.
 *
 * @param epochs passes over the training images
 * @param learningRate at the beginning
 * @param drops when the rate falls to a tenth, as shares of the epochs; empty: it follows a cosine to 0
 * @param weightDecay of weights and biases
 * @param batchSize images a step
 * @param minScale of a crop's area, share of the image's; likewise {@code maxScale}
 */
public record LinearRecipe(
        int epochs,
        double learningRate,
        List<Double> drops,
        double weightDecay,
        int batchSize,
        double minScale,
        double maxScale) {
    /** Of SGD. */
    public static final double MOMENTUM = 0.9;

    /** The paper's, section 4.1. */
    public static final LinearRecipe IMAGENET = new LinearRecipe(100, 0.3, List.of(), 1e-6, 256, 0.08, 1);

    private static final List<Double> QUARTERS = List.of(0.25, 0.5, 0.75);
    private static final List<Double> INAT_DROPS = List.of(24 / 84.0, 48 / 84.0, 72 / 84.0);

    /** By name: the paper's for ImageNet, Places205 and iNaturalist 2018 (section 4.2), and one for small images and sets. */
    public static Map<String, LinearRecipe> presets() {
        Map<String, LinearRecipe> presets = new LinkedHashMap<>();
        presets.put("imagenet", IMAGENET);
        presets.put("small", new LinearRecipe(30, 0.3, List.of(), 1e-6, 256, 0.3, 1));
        presets.put("places205", new LinearRecipe(28, 0.01, QUARTERS, 1e-4, 256, 0.08, 1));
        presets.put("inat18", new LinearRecipe(84, 0.01, INAT_DROPS, 1e-4, 256, 0.08, 1));
        return presets;
    }

    /** Refuses values out of range, naming the field, the rule and the value. */
    public LinearRecipe {
        drops = List.copyOf(drops);
        if (epochs < 1 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "epochs and batch size must be at least 1: " + epochs + ", " + batchSize);
        }
        if (!(learningRate > 0) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "learning rate must be above 0, weight decay 0 or more: " + learningRate + ", " + weightDecay);
        }
        if (!(minScale > 0 && minScale <= maxScale && maxScale <= 1)) {
            throw new IllegalArgumentException(
                    "scale range must satisfy 0 < min <= max <= 1: " + minScale + "-" + maxScale);
        }
    }

    /** The learning rate of each epoch. */
    public ProbeSchedule schedule() {
        return drops.isEmpty()
                ? new ProbeSchedule.Cosine(learningRate, epochs)
                : new ProbeSchedule.Steps(
                        learningRate,
                        drops.stream().map(d -> (int) Math.round(d * epochs)).toList());
    }

    /** Images of a step on so many training images: as the recipe says, or all of them if those are fewer. */
    public int batchSize(int images) {
        return Math.min(batchSize, images);
    }

    /** One crop of each image, {@code side}×{@code side} pixels. */
    MultiCrop crops(int side) {
        return new MultiCrop(
                List.of(new CropSpec(1, side, minScale, maxScale)),
                new Augmentation(0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, Augmentation.Fidelity.FAST));
    }
}
