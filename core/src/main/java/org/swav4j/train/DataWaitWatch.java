package org.swav4j.train;

import java.util.Locale;
import java.util.Optional;

/** Notices that a training waits for its images, and says once what helps. */
final class DataWaitWatch {
    private static final double MOST_WAITING = 0.2;

    private final int workers;
    private final int cores;
    private boolean told;

    DataWaitWatch(int workers, int cores) {
        this.workers = workers;
        this.cores = cores;
    }

    /** Looks at what was measured up to the step just done; returns a warning, at most once. */
    Optional<String> step(Throughput throughput) {
        double share = throughput.dataWaitShare();
        if (told || !throughput.isSettled() || share <= MOST_WAITING) {
            return Optional.empty();
        }
        told = true;
        String help = workers < cores
                ? String.format(
                        Locale.ROOT,
                        "pack them into shards (swav data pack), or more --workers (%d now, on %d cores)",
                        workers,
                        cores)
                : String.format(
                        Locale.ROOT,
                        "make them smaller and pack them into shards (swav data pack); more --workers do not help,"
                                + " as there are %d on %d cores",
                        workers,
                        cores);
        return Optional.of(String.format(
                Locale.ROOT, "data-bound: %.0f %% of the time went into waiting for images; %s", 100 * share, help));
    }
}
