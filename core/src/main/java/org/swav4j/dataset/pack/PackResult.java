package org.swav4j.dataset.pack;

import java.util.List;
import org.swav4j.data.Quarantine;

/**
 * What a packed folder holds, and what this packing did for it.
 *
 * @param complete false when it was asked to stop before the end
 * @param total images of the source
 * @param images packed
 * @param resized how many of them were made smaller
 * @param broken images left out, in the packing's order
 * @param shards how many
 * @param sourceBytes of the images packed, as the source has them
 * @param shardBytes of all shards
 * @param imagesNow images packed by this call, the others having been packed before
 * @param seconds this call took
 */
public record PackResult(
        boolean complete,
        int total,
        int images,
        int resized,
        List<Quarantine.Entry> broken,
        int shards,
        long sourceBytes,
        long shardBytes,
        int imagesNow,
        double seconds) {

    /** Copies the list. */
    public PackResult {
        broken = List.copyOf(broken);
    }

    /** How fast this call packed. */
    public double imagesPerSecond() {
        return seconds > 0 ? imagesNow / seconds : 0;
    }
}
