package org.swav4j.train;

import java.time.Duration;

/**
 * Images per second, time left and the shares of time spent waiting for images and in operations over ranks, over a sliding
 * window of steps.
 */
final class Throughput {
    /** Of the time, that counts as a rank's own: in a first step almost all of it may have gone into waiting, which says little. */
    private static final double LEAST_OWN_SHARE = 0.01;

    private static final int WINDOW = 50;
    private static final double SETTLED_SECONDS = 30;

    private final int batchSize;
    private final long[] ends = new long[WINDOW + 1];
    private final long[] waits = new long[WINDOW + 1];
    private final long[] exchanges = new long[WINDOW + 1];
    private long count;
    private long waited;
    private long exchanged;

    /** Time starts now. */
    Throughput(int batchSize) {
        this.batchSize = batchSize;
        this.ends[0] = System.nanoTime();
    }

    /** A step has ended, for which the loader was waited for so long, and so much of which went into operations over ranks. */
    void step(long waitNanos, long exchangeNanos) {
        waited += waitNanos;
        exchanged += exchangeNanos;
        count++;
        int slot = (int) (count % ends.length);
        ends[slot] = System.nanoTime();
        waits[slot] = waited;
        exchanges[slot] = exchanged;
    }

    /** Leaves out what happened since the last step: an evaluation, a save. */
    void skipPause() {
        long pause = System.nanoTime() - ends[(int) (count % ends.length)];
        for (int i = 0; i < ends.length; i++) {
            ends[i] += pause;
        }
    }

    double imagesPerSecond() {
        return batchSize * steps() / seconds();
    }

    double dataWaitShare() {
        return (waits[newest()] - waits[oldest()]) / 1e9 / seconds();
    }

    double exchangeShare() {
        return (exchanges[newest()] - exchanges[oldest()]) / 1e9 / seconds();
    }

    /** What one of {@code world} ranks would do if it never stood still for the others. */
    double ownImagesPerSecond(int world) {
        return imagesPerSecond() / world / Math.max(LEAST_OWN_SHARE, 1 - exchangeShare());
    }

    /** Whether enough was measured to judge by: a full window, or half a minute of slow steps. */
    boolean isSettled() {
        return steps() == WINDOW || seconds() >= SETTLED_SECONDS;
    }

    Duration remaining(long steps) {
        return Duration.ofMillis((long) (1e3 * steps * seconds() / Math.max(1, steps())));
    }

    private long steps() {
        return Math.min(count, WINDOW);
    }

    private double seconds() {
        return Math.max(1e-9, (ends[newest()] - ends[oldest()]) / 1e9);
    }

    private int newest() {
        return (int) (count % ends.length);
    }

    private int oldest() {
        return (int) ((count - steps()) % ends.length);
    }
}
