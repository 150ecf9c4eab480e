package org.swav4j.train;

/**
 * Knows how large a run's loss usually is, and notices when it leaps: a loss half as large again as usual, and larger by more
 * than {@value #LEAST_RISE}, comes of weights that were thrown off.
 */
public final class LossWatch {
    /** A loss may be as many times the usual one. */
    private static final double LARGEST_RATIO = 1.5;

    private static final double LEAST_RISE = 1.0;
    /** Losses are taken as they come until so many have been seen. */
    private static final long LEAST_SEEN = 50;

    private static final double SMOOTHING = 0.95;

    private double usual = Double.NaN;
    private long seen;

    LossWatch() {}

    /**
     * The loss, if it is a number like those before; it is remembered then.
     *
     * @param step the step that it is of, from 0
     * @throws DivergedException if it is not finite or leaps
     */
    double check(double loss, long step, double learningRate) {
        if (!Double.isFinite(loss)) {
            throw DivergedException.loss(step, learningRate, loss);
        }
        if (seen >= LEAST_SEEN && loss > LARGEST_RATIO * usual && loss > usual + LEAST_RISE) {
            throw DivergedException.leap(step, learningRate, loss, usual);
        }
        usual = seen == 0 ? loss : SMOOTHING * usual + (1 - SMOOTHING) * loss;
        seen++;
        return loss;
    }

    /** What is remembered from step to step, to be saved. */
    double[] memory() {
        return new double[] {usual, seen};
    }

    /** Goes on from a {@linkplain #memory saved} memory. */
    void restore(double[] memory) {
        usual = memory[0];
        seen = (long) memory[1];
    }
}
