package org.swav4j.method;

import java.util.List;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;

/**
 * What the network is made of.
 *
 * @param arch trunk
 * @param stem how the trunk begins
 * @param hidden H, width of the projection head's hidden layer; 0 for a linear projection (paper: 2048)
 * @param dim D, length of the embedding (paper: 128)
 * @param prototypes K of each prototype head, at least one (paper: 3000)
 */
public record ModelConfig(Architecture arch, Stem stem, int hidden, int dim, List<Integer> prototypes) {
    public ModelConfig {
        prototypes = List.copyOf(prototypes);
        if (hidden < 0) {
            throw new IllegalArgumentException("hidden must be 0 (a linear projection) or more, not " + hidden);
        }
        if (dim < 1) {
            throw new IllegalArgumentException("dim must be at least 1, not " + dim);
        }
        if (prototypes.isEmpty() || prototypes.stream().anyMatch(k -> k < 2)) {
            throw new IllegalArgumentException("every prototype head needs at least 2 prototypes, not " + prototypes);
        }
    }
}
