package org.swav4j.train;

import org.swav4j.comm.Collective;
import org.swav4j.method.Swav;

/** Measures the model between epochs, without changing it. */
@FunctionalInterface
public interface EpochEvaluation {
    /**
     * Top-1 accuracy of the frozen trunk, 0 to 1. Every rank calls, and what rank 0 finds counts.
     *
     * @param model in training; only to be read
     * @param ranks that may share the work, and whose models are the same
     */
    double top1(Swav model, Collective ranks);
}
