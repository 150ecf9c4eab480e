package org.swav4j.sample;

import java.util.SplittableRandom;

/** Random quantities of one image of the sample set, from a source that belongs to that image alone. */
final class Dice {
    private final SplittableRandom random;

    Dice(SplittableRandom random) {
        this.random = random;
    }

    double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** -1 or 1. */
    double sign() {
        return chance(0.5) ? -1 : 1;
    }

    /** A source of its own for one purpose, which may draw any number of values. */
    SplittableRandom split() {
        return random.split();
    }
}
