package org.swav4j.data;

import java.util.SplittableRandom;

/**
 * Random streams that are pure functions of a key, so that results depend neither on the number of threads nor on where a
 * run was resumed.
 */
public final class RandomKey {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private RandomKey() {}

    /**
     * The stream of one {@code (seed, epoch, index)}. Each part goes through a full 64-bit mix before the next joins, so
     * neighbouring keys give unrelated streams and no part can stand in for another.
     */
    public static SplittableRandom of(long seed, long epoch, long index) {
        long key = mix(seed + GOLDEN_GAMMA);
        key = mix(key + epoch * GOLDEN_GAMMA + 1);
        key = mix(key + index * GOLDEN_GAMMA + 2);
        return new SplittableRandom(key);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014; Stafford's variant 13): a bijection of 64 bits. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
