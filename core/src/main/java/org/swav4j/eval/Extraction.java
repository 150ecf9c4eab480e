package org.swav4j.eval;

import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.data.Quarantine;
import org.swav4j.data.Share;

/**
 * How images go through an encoder.
 *
 * @param view how images are shown
 * @param batch images that go through at once, at least 1; features do not depend on it but for rounding
 * @param workers threads that read and decode, at least 1
 * @param quarantine told of unreadable images, which are left out
 * @param progress told how far it is
 * @param ranks that share the images, consecutive batches each
 */
public record Extraction(
        EvalTransform view, int batch, int workers, Quarantine quarantine, ImagesDone progress, Collective ranks) {
    /** Within a few percent of the fastest batch measured (docs/performance.md), at half its memory. */
    public static final int USUAL_BATCH = 128;

    /** Refuses what cannot be done. */
    public Extraction {
        if (batch < 1 || workers < 1) {
            throw new IllegalArgumentException("batch and workers must be at least 1: " + batch + " and " + workers);
        }
    }

    /** In batches of the usual size, telling nobody. */
    public Extraction(EvalTransform view, int workers, Quarantine quarantine) {
        this(view, USUAL_BATCH, workers, quarantine, ImagesDone.UNHEARD);
    }

    /** By one process. */
    public Extraction(EvalTransform view, int batch, int workers, Quarantine quarantine, ImagesDone progress) {
        this(view, batch, workers, quarantine, progress, new Alone());
    }

    /** This rank's. */
    Share share(int images) {
        return Share.of(images, batch, ranks.rank(), ranks.world());
    }
}
