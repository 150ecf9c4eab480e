package org.swav4j.train;

import org.swav4j.comm.GradientCompression;

/**
 * How several processes train together; nothing of it matters to one alone.
 *
 * @param syncbnGroup how many consecutive ranks share a batch norm's statistics; 0 for all, 1 for none
 * @param compression of gradients on their way between ranks
 */
public record RanksConfig(int syncbnGroup, GradientCompression compression) {
    /** Equal to one process with the same batch. */
    public static final RanksConfig DEFAULT = new RanksConfig(0, GradientCompression.NONE);

    /** How many of {@code world} ranks share a batch norm's statistics. */
    int sharing(int world) {
        return syncbnGroup == 0 ? world : syncbnGroup;
    }
}
