package org.swav4j.export;

import java.util.Arrays;
import java.util.Locale;
import org.swav4j.nn.ProjectionHead;
import org.swav4j.nn.Prototypes;

/** How much of the network is exported: each is what comes before it and one part more. */
public enum ExportedPart {
    /** The trunk: pooled features [N, F]. */
    TRUNK,
    /** And the projection head: embeddings [N, D] of unit length. */
    EMBEDDING,
    /** And the prototypes: cosine similarities [N, K] to them, of each prototype head. */
    SCORES;

    /**
     * The part of a name.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static ExportedPart parse(String name) {
        return Arrays.stream(values())
                .filter(p -> p.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "': must be trunk, embedding or scores"));
    }

    /** Whether a tensor of this name, as checkpoints have it, belongs to it. */
    boolean includes(String name) {
        if (Prototypes.owns(name)) {
            return this == SCORES;
        }
        return this != TRUNK || !ProjectionHead.owns(name);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
