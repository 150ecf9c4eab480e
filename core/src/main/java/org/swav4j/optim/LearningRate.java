package org.swav4j.optim;

/** The learning rate as a pure function of the global step: linear warm-up, then cosine decay (paper, appendix A). */
public final class LearningRate {
    private final ScheduleConfig config;
    private final long warmupSteps;
    private final long decaySteps;
    private final long passed;

    /**
     * @param config rates and warm-up
     * @param epochs of the whole run
     * @param stepsPerEpoch incomplete last batches dropped
     */
    public LearningRate(ScheduleConfig config, int epochs, int stepsPerEpoch) {
        this(config, epochs, stepsPerEpoch, 0);
    }

    /**
     * The same for a run whose count of steps is not its place in the schedule any more, as the number of steps in an epoch
     * has changed.
     *
     * @param passed how much further along the schedule it is than its steps say; may be negative
     */
    public LearningRate(ScheduleConfig config, int epochs, int stepsPerEpoch, long passed) {
        if (config.warmupEpochs() > epochs) {
            throw new IllegalArgumentException(
                    "warmup-epochs (" + config.warmupEpochs() + ") must not exceed epochs (" + epochs + ")");
        }
        this.config = config;
        this.warmupSteps = (long) stepsPerEpoch * config.warmupEpochs();
        this.decaySteps = (long) stepsPerEpoch * (epochs - config.warmupEpochs());
        this.passed = passed;
    }

    /** The learning rate of a step, counted from 0 over the whole run. */
    public double at(long step) {
        long place = step + passed;
        if (place < warmupSteps) {
            // both ends are points of the ramp, so the step after it has base_lr once more
            double share = warmupSteps == 1 ? 0 : (double) place / (warmupSteps - 1);
            return config.startWarmup() + share * (config.baseLr() - config.startWarmup());
        }
        double share = decaySteps == 0 ? 1 : Math.min(1, (double) (place - warmupSteps) / decaySteps);
        return config.finalLr() + 0.5 * (config.baseLr() - config.finalLr()) * (1 + Math.cos(Math.PI * share));
    }
}
