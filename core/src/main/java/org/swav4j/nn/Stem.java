package org.swav4j.nn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a trunk begins: what resolution the first stage sees. */
public enum Stem {
    /** 7×7 convolution of stride 2, then 3×3 max-pool of stride 2: the paper's, for images of 96 pixels and more. */
    IMAGENET,
    /** 3×3 convolution of stride 1, no max-pool: for images of about 32 pixels. */
    SMALL,
    /** 3×3 convolution of stride 2, no max-pool: a quarter of {@link #SMALL}'s work, for 32 to 96 pixels on a CPU. */
    SMALL_STRIDE2;

    /**
     * The stem of a name such as {@code small-stride2}.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static Stem parse(String name) {
        return Arrays.stream(values())
                .filter(s -> s.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is not a stem: "
                        + Arrays.stream(values()).map(Stem::toString).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
