package org.swav4j.encode;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an image becomes. */
public enum Representation {
    /** The trunk's features after pooling, [F]: what classifiers and searches are built on. Every model has them. */
    TRUNK,
    /** The projection head's output z, [D], of unit length. Needs a model with its head. */
    EMBEDDING,
    /** Cosine similarities of z to every prototype, [K]; of several prototype heads one after the other. */
    SCORES,
    /**
     * The model's prediction of an image's code, [K]: softmax of {@link #SCORES} over a temperature of 0.1 (paper, equation
     * 2), which sums to 1 for each prototype head. What the paper calls codes is computed for a whole batch at a time; this
     * depends on the image alone.
     */
    CODES;

    /**
     * The one of a name.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static Representation parse(String name) {
        return Arrays.stream(values())
                .filter(r -> r.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "': must be one of "
                        + Arrays.stream(values()).map(Representation::toString).collect(Collectors.joining(", "))));
    }

    boolean needsHead() {
        return this != TRUNK;
    }

    boolean needsPrototypes() {
        return this == SCORES || this == CODES;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
