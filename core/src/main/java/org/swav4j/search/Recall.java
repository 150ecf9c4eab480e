package org.swav4j.search;

import java.util.Arrays;

/**
 * Adds up how many of the nearest were found. By similarity, as of equally near images it does not matter which are found.
 * Threads may add at once; the sum does not depend on their order.
 */
public final class Recall {
    /** More than rounding in float32, less than what tells images apart. */
    private static final double TOLERANCE = 1e-5;

    private long found;
    private long wanted;

    /**
     * Adds a query.
     *
     * @param exact similarities of the nearest
     * @param got similarities of what was found instead, at most as many count
     */
    public synchronized void add(double[] exact, double[] got) {
        double farthest = Arrays.stream(exact).min().orElse(1) - TOLERANCE;
        found += Math.min(
                exact.length, Arrays.stream(got).filter(s -> s >= farthest).count());
        wanted += exact.length;
    }

    /** Share that was found, 0 to 1; 1 if nothing was asked. */
    public synchronized double share() {
        return wanted == 0 ? 1 : (double) found / wanted;
    }
}
