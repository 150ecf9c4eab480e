package org.swav4j.classify;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Recipes that are known to work, for a pretrained encoder and, of the same length, from scratch. */
@SuppressWarnings("ImmutableEnumChecker") // recipes are records of numbers
public enum Preset {
    /** The paper's fine-tuning with 1 % of ImageNet's labels (appendix A). */
    IMAGENET_1(
            "imagenet-1",
            new Recipe(0.02, 5, 0, 256, 20, 0, Decay.STEP, 0.08, 0),
            new Recipe(0.1, 0.1, 1e-4, 256, 20, 0, Decay.COSINE, 0.08, 0)),
    /** The paper's fine-tuning with 10 % of ImageNet's labels. */
    IMAGENET_10(
            "imagenet-10",
            new Recipe(0.01, 0.2, 0, 256, 20, 0, Decay.STEP, 0.08, 0),
            new Recipe(0.1, 0.1, 1e-4, 256, 20, 0, Decay.COSINE, 0.08, 0)),
    /**
     * Small images on a small machine. With 1 % of CIFAR-10's labels, learning rates of 0.005 to 0.02 were alike, and 0.05 undid
     * what was pretrained.
     */
    SMALL(
            "small",
            new Recipe(0.01, 0.1, 1e-4, 128, 15, 1200, Decay.COSINE, 0.25, 0),
            new Recipe(0.1, 0.1, 5e-4, 128, 15, 1200, Decay.COSINE, 0.25, 0)),
    /** The same with so many labels that they teach more than pretraining did, which the smaller rate would hold on to. */
    SMALL_MANY(
            "small-many",
            new Recipe(0.05, 0.1, 5e-4, 128, 15, 1200, Decay.COSINE, 0.25, 0),
            new Recipe(0.1, 0.1, 5e-4, 128, 15, 1200, Decay.COSINE, 0.25, 0));

    private final String label;
    private final Recipe tuned;
    private final Recipe scratch;

    Preset(String label, Recipe tuned, Recipe scratch) {
        this.label = label;
        this.tuned = tuned;
        this.scratch = scratch;
    }

    /** For an encoder that is pretrained. */
    public Recipe tuned() {
        return tuned;
    }

    /** From fresh weights, of the same length. */
    public Recipe scratch() {
        return scratch;
    }

    /**
     * The one of that name.
     *
     * @throws IllegalArgumentException naming all
     */
    public static Preset parse(String name) {
        return Arrays.stream(values())
                .filter(preset -> preset.label.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "': must be one of "
                        + Arrays.stream(values()).map(Preset::toString).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return label;
    }
}
