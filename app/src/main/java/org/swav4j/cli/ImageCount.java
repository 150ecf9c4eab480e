package org.swav4j.cli;

import java.time.Duration;
import java.util.Locale;

/** How far a walk over images is, how fast it goes and how long it will take, on a progress line. */
final class ImageCount {
    private final ProgressLine progress;
    private final int leastToEstimate;
    private final String what;
    private long begun = System.nanoTime();
    private int first;

    /** @param leastToEstimate images to have done before anything is said */
    ImageCount(ProgressLine progress, int leastToEstimate) {
        this(progress, leastToEstimate, 1);
    }

    /** The same of the first one's share, where processes share the images. */
    ImageCount(ProgressLine progress, int leastToEstimate, int processes) {
        this.progress = progress;
        this.leastToEstimate = leastToEstimate;
        this.what = processes == 1 ? "images" : "images of the first of " + processes + " processes";
    }

    /** The walk begins now, with so many images done before. */
    void started(int done) {
        first = done;
        begun = System.nanoTime();
    }

    /** So many are done. */
    void at(int done, int images) {
        if (done - first < leastToEstimate) {
            return;
        }
        double perSecond = (done - first) / Math.max((System.nanoTime() - begun) / 1e9, 1e-9);
        Duration left = Duration.ofSeconds(Math.round((images - done) / perSecond));
        progress.status(
                () -> String.format(
                        Locale.ROOT,
                        "%,d of %,d %s  %,.0f images/s  %s left",
                        done,
                        images,
                        what,
                        perSecond,
                        ProgressLine.duration(left)),
                false);
    }
}
