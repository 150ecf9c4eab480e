package org.swav4j.transfer;

import java.util.SplittableRandom;

/** A random order. */
final class Shuffled {
    private Shuffled() {}

    /** Fisher and Yates's. */
    static void inPlace(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = values[i];
            values[i] = values[j];
            values[j] = moved;
        }
    }
}
