package org.swav4j.classify;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How learning rates fall over a training: a pure function of the step. */
public enum Decay {
    /** Times 0.2 after three fifths and again after four: the paper's epochs 12 and 16 of 20. */
    STEP {
        @Override
        double factor(long step, long steps) {
            return 5 * step >= 4 * steps ? 0.04 : 5 * step >= 3 * steps ? 0.2 : 1;
        }
    },
    /** Half a cosine, from 1 to 0. */
    COSINE {
        @Override
        double factor(long step, long steps) {
            return 0.5 * (1 + Math.cos(Math.PI * step / steps));
        }
    };

    /**
     * What a learning rate is multiplied by.
     *
     * @param step from 0 over the whole training
     * @param steps of the whole training
     */
    abstract double factor(long step, long steps);

    /**
     * The one of that name.
     *
     * @throws IllegalArgumentException naming all
     */
    public static Decay parse(String name) {
        return Arrays.stream(values())
                .filter(decay -> decay.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "': must be one of "
                        + Arrays.stream(values()).map(Decay::toString).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
