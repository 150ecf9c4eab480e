package org.swav4j.train;

import java.util.Arrays;

/**
 * How the ranks of a training have kept up lately, by rank. They all end a step at the same time, as each waits for the others;
 * what tells them apart is how much of it they spent on that.
 *
 * @param imagesPerSecond that the rank would do if it never stood still for the others
 * @param dataWaitShare share of the time spent waiting for images, 0 to 1
 * @param exchangeShare share of the time spent in operations over ranks, the wait for later ranks included
 */
public record RankPaces(double[] imagesPerSecond, double[] dataWaitShare, double[] exchangeShare) {
    private static final int NUMBERS = 3;

    /** Collective: every rank must call, with its own. */
    static RankPaces gather(Throughput own, RankAgreement ranks) {
        double[] all = ranks.gather(
                new double[] {own.ownImagesPerSecond(ranks.world()), own.dataWaitShare(), own.exchangeShare()});
        double[][] by = new double[NUMBERS][ranks.world()];
        for (int i = 0; i < all.length; i++) {
            by[i % NUMBERS][i / NUMBERS] = all[i];
        }
        return new RankPaces(by[0], by[1], by[2]);
    }

    /** The rank that the others wait for. */
    public int slowest() {
        int slowest = 0;
        for (int rank = 1; rank < imagesPerSecond.length; rank++) {
            slowest = imagesPerSecond[rank] < imagesPerSecond[slowest] ? rank : slowest;
        }
        return slowest;
    }

    /** Pace of the slowest. */
    public double least() {
        return imagesPerSecond[slowest()];
    }

    /** Pace of the fastest. */
    public double most() {
        return Arrays.stream(imagesPerSecond).max().orElseThrow();
    }

    /** Mean over the ranks. */
    public double meanExchangeShare() {
        return Arrays.stream(exchangeShare).average().orElseThrow();
    }
}
