package org.swav4j.train;

/**
 * The loss is no longer a finite number. On the CPU the weights are as they were before this step; from a GPU the loss comes a
 * step late, and the weights are not to be used.
 */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param step the step that failed, from 0
     * @param learningRate of that step
     * @param loss what came out
     */
    public DivergedException(long step, double learningRate, double loss) {
        super(String.format(
                java.util.Locale.ROOT,
                "the loss is %s at step %d (learning rate %.4g). Try a lower --base-lr, a longer warm-up"
                        + " (--warmup-epochs), a larger --epsilon, or --precision fp32",
                Double.isNaN(loss) ? "not a number" : "infinite",
                step,
                learningRate));
    }

    /** The loss, if it is finite. */
    static double check(double loss, long step, double learningRate) {
        if (!Double.isFinite(loss)) {
            throw new DivergedException(step, learningRate, loss);
        }
        return loss;
    }
}
