package org.swav4j.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Where a figure would lie on other test images of the same kind: 95 % of the means of resamples of the test images with
 * replacement (the percentile bootstrap, Efron 1979). It says nothing of other training images or seeds.
 *
 * @param low 2.5th percentile
 * @param high 97.5th percentile
 */
public record Interval(double low, double high) {
    /** Enough that the percentiles themselves move by less than a tenth of the interval's width. */
    private static final int RESAMPLES = 1000;

    private static final long SEED = 0x5AFE;

    /**
     * The interval of a share.
     *
     * @param right per test image, whether it counts; at least one
     */
    public static Interval ofShare(boolean[] right) {
        if (right.length == 0) {
            throw new IllegalArgumentException("no images, so no interval");
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] shares = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            int hits = 0;
            for (int i = 0; i < right.length; i++) {
                hits += right[random.nextInt(right.length)] ? 1 : 0;
            }
            shares[r] = (double) hits / right.length;
        }
        Arrays.sort(shares);
        int tail = RESAMPLES / 40;
        return new Interval(shares[tail], shares[RESAMPLES - 1 - tail]);
    }
}
