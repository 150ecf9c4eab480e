package org.swav4j.cluster;

import java.util.SplittableRandom;
import org.swav4j.data.RandomKey;

/** Some of n things, each subset equally likely; a pure function of n, count and seed. */
final class Sample {
    /** Keeps these streams apart from those of crops and orders. */
    private static final long STREAM = -7_005;

    private Sample() {}

    /** Ascending numbers below {@code n}, {@code count} of them or all (Knuth's algorithm S). */
    static int[] of(int n, int count, long seed) {
        int[] chosen = new int[Math.min(n, count)];
        SplittableRandom random = RandomKey.of(seed, STREAM, n);
        int have = 0;
        for (int i = 0; i < n && have < chosen.length; i++) {
            if (random.nextInt(n - i) < chosen.length - have) {
                chosen[have++] = i;
            }
        }
        return chosen;
    }
}
