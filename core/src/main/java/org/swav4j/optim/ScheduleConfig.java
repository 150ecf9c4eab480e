package org.swav4j.optim;

/**
 * Warm-up and cosine decay of the learning rate.
 *
 * @param baseLr learning rate after warm-up
 * @param finalLr learning rate the cosine ends at
 * @param warmupEpochs epochs of linear warm-up; 0 for none
 * @param startWarmup learning rate the warm-up starts from
 */
public record ScheduleConfig(double baseLr, double finalLr, int warmupEpochs, double startWarmup) {
    public ScheduleConfig {
        if (!(baseLr > 0) || Double.isInfinite(baseLr)) {
            throw new IllegalArgumentException("base-lr must be above 0, not " + baseLr);
        }
        if (!(finalLr >= 0) || Double.isInfinite(finalLr)) {
            throw new IllegalArgumentException("final-lr must be 0 or more, not " + finalLr);
        }
        if (!(startWarmup >= 0) || Double.isInfinite(startWarmup)) {
            throw new IllegalArgumentException("start-warmup must be 0 or more, not " + startWarmup);
        }
        if (warmupEpochs < 0) {
            throw new IllegalArgumentException("warmup-epochs must be 0 or more, not " + warmupEpochs);
        }
    }
}
