package org.swav4j.train;

import java.util.List;
import java.util.Locale;

/**
 * A training that has gone wrong: its loss or gradients are no finite numbers, or its loss leaps. On the CPU the weights are as
 * they were before this step; from a GPU this comes a step late, and the weights are not to be used.
 */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String REMEDIES =
            "Try a lower --base-lr, a longer warm-up (--warmup-epochs), a larger --epsilon, or"
                    + " --precision fp32; --on-divergence rewind:3 leaves out a batch that cannot be learned from";
    private static final int NAMED = 3;

    private final long step;
    private final String symptom;

    private DivergedException(long step, double learningRate, String symptom) {
        super(String.format(
                Locale.ROOT,
                "%s at step %d%s. %s",
                symptom,
                step,
                Double.isNaN(learningRate) ? "" : String.format(Locale.ROOT, " (learning rate %.4g)", learningRate),
                REMEDIES));
        this.step = step;
        this.symptom = symptom;
    }

    /**
     * A loss that is not finite.
     *
     * @param step the step that failed, from 0
     * @param learningRate of that step
     * @param loss what came out
     */
    static DivergedException loss(long step, double learningRate, double loss) {
        return new DivergedException(
                step, learningRate, "the loss is " + (Double.isNaN(loss) ? "not a number" : "infinite"));
    }

    /** A loss far above the usual one. */
    static DivergedException leap(long step, double learningRate, double loss, double usual) {
        return new DivergedException(
                step, learningRate, String.format(Locale.ROOT, "the loss leapt from about %.3f to %.3f", usual, loss));
    }

    /**
     * Gradients that are not finite.
     *
     * @param parameters that have them; empty if it is not known which
     */
    static DivergedException gradients(long step, double learningRate, List<String> parameters) {
        List<String> few = parameters.subList(0, Math.min(NAMED, parameters.size()));
        return new DivergedException(
                step,
                learningRate,
                "the gradient of "
                        + (few.isEmpty() ? "some parameters" : String.join(", ", few))
                        + (parameters.size() > NAMED ? " and " + (parameters.size() - NAMED) + " more" : "")
                        + " is not finite");
    }

    /** Weights that are not finite after a step. */
    static DivergedException weights(long step) {
        return new DivergedException(step, Double.NaN, "weights are not finite");
    }

    /** The step that failed, from 0 over the whole run. */
    public long step() {
        return step;
    }

    /** What was seen, without where and what to do: {@code the loss is not a number}. */
    public String symptom() {
        return symptom;
    }
}
