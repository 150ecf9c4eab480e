package org.swav4j.optim;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which optimiser, and its settings but the learning rate.
 *
 * @param kind LARC around SGD, or AdamW
 * @param weightDecay decay of every weight [1e-6]
 * @param momentum of SGD under LARC [0.9]; unused by AdamW
 * @param trustCoefficient of LARC [0.001]; unused by AdamW
 * @param excludeBiasAndNorm leave vectors (biases, batch-norm weights) out of LARC's scaling and of weight decay; the
 *     reference does not
 */
public record OptimizerConfig(
        Kind kind, double weightDecay, double momentum, double trustCoefficient, boolean excludeBiasAndNorm) {
    /** The optimisers. */
    public enum Kind {
        LARC,
        ADAMW;

        /**
         * The kind of a name.
         *
         * @throws IllegalArgumentException naming the known ones
         */
        public static Kind parse(String name) {
            return Arrays.stream(values())
                    .filter(k -> k.toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is not an optimizer: "
                            + Arrays.stream(values()).map(Kind::toString).collect(Collectors.joining(", "))));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public OptimizerConfig {
        if (!(weightDecay >= 0)) {
            throw new IllegalArgumentException("weight-decay must be 0 or more, not " + weightDecay);
        }
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum must be at least 0 and below 1, not " + momentum);
        }
        if (!(trustCoefficient > 0)) {
            throw new IllegalArgumentException("trust-coefficient must be above 0, not " + trustCoefficient);
        }
    }
}
