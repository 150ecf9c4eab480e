package org.swav4j.train;

import org.swav4j.method.Swav;

/** Measures the model between epochs, without changing it. */
@FunctionalInterface
public interface EpochEvaluation {
    /**
     * Top-1 accuracy of the frozen trunk, 0 to 1.
     *
     * @param model in training; only to be read
     */
    double top1(Swav model);
}
