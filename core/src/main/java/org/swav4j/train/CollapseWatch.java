package org.swav4j.train;

import java.util.Locale;
import java.util.Optional;

/**
 * Notices that a training learns nothing, and says so once: the loss stays at ln K, its value when every crop predicts
 * every prototype alike, or all images fall to a few prototypes.
 */
final class CollapseWatch {
    /** The loss counts as being at ln K within this share of it. */
    private static final double LOSS_MARGIN = 0.005;

    private static final double LEAST_ENTROPY = 0.3;
    private static final double SMOOTHING = 0.98;

    private static final String REMEDIES = "Known remedies: a smaller --epsilon (.03), a longer --freeze-prototypes,"
            + " fewer or softer crops (--crops with larger scales), fewer --prototypes, a queue (--queue-length) when the"
            + " batch is small, or --optimizer adamw on small data";

    private final double lnK;
    private final long patience;
    private double smoothed = Double.NaN;
    private long stuckSince = -1;
    private long narrowSince = -1;
    private boolean told;

    /**
     * @param prototypes K
     * @param patience steps that a symptom must last
     */
    CollapseWatch(int prototypes, long patience) {
        this.lnK = Math.log(prototypes);
        this.patience = patience;
    }

    /** What is remembered from step to step, to be saved. */
    double[] memory() {
        return new double[] {smoothed, stuckSince, narrowSince, told ? 1 : 0};
    }

    /** Goes on from a {@linkplain #memory saved} memory. */
    void restore(double[] memory) {
        smoothed = memory[0];
        stuckSince = (long) memory[1];
        narrowSince = (long) memory[2];
        told = memory[3] != 0;
    }

    /**
     * Takes note of a step.
     *
     * @param usageEntropy see {@link CodeStatistics#usageEntropy}; NaN if not measured
     * @return a warning, at most once
     */
    Optional<String> step(long step, double loss, double usageEntropy) {
        smoothed = Double.isNaN(smoothed) ? loss : SMOOTHING * smoothed + (1 - SMOOTHING) * loss;
        boolean stuck = Math.abs(smoothed - lnK) < LOSS_MARGIN * lnK;
        stuckSince = !stuck ? -1 : stuckSince < 0 ? step : stuckSince;
        if (!Double.isNaN(usageEntropy)) {
            boolean narrow = usageEntropy < LEAST_ENTROPY;
            narrowSince = !narrow ? -1 : narrowSince < 0 ? step : narrowSince;
        }
        if (told) {
            return Optional.empty();
        }
        if (stuckSince >= 0 && step - stuckSince >= patience) {
            told = true;
            return Optional.of(String.format(
                    Locale.ROOT,
                    "collapse: the loss has stayed at ln K = %.3f since step %d, so every image gets the same prediction. %s",
                    lnK,
                    stuckSince,
                    REMEDIES));
        }
        if (narrowSince >= 0 && step - narrowSince >= patience) {
            told = true;
            return Optional.of(String.format(
                    Locale.ROOT,
                    "collapse: since step %d nearly all images are nearest to a few prototypes (usage entropy %.2f of 1). %s",
                    narrowSince,
                    usageEntropy,
                    REMEDIES));
        }
        return Optional.empty();
    }
}
