package org.swav4j.nn;

/** What a pass through a network is for. Batch norm is the only layer to which it matters. */
public enum Pass {
    /** Normalises by the running statistics, which stay as they are. */
    INFERENCE,
    /** Normalises by the batch's statistics and adds them to the running ones. */
    TRAINING,
    /** A training pass over a batch that has had one: the same values, and the running statistics stay as they are. */
    REPEATED;

    boolean usesBatchStatistics() {
        return this != INFERENCE;
    }
}
