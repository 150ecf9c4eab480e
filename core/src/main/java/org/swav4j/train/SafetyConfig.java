package org.swav4j.train;

/**
 * What keeps a run from being lost; nothing of what it learns depends on it, unless it diverges.
 *
 * @param checkpointEvery how often to save
 * @param keep how many of the newest checkpoints to keep, 1 or more; the best by k-NN is kept besides
 * @param onDivergence what to do when the training diverges
 */
public record SafetyConfig(CheckpointEvery checkpointEvery, int keep, OnDivergence onDivergence) {
    /** What runs do that were given nothing else. */
    public static final SafetyConfig DEFAULT = new SafetyConfig(CheckpointEvery.AUTO, 3, OnDivergence.STOP);
}
