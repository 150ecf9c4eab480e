package org.swav4j.train;

/** The loss is no longer a finite number; the weights are as they were before this step. */
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
}
