package org.swav4j.classify;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.swav4j.eval.Predictions;

/**
 * What a training of a classifier came to.
 *
 * @param scores of the epochs that were measured, in order
 * @param predictions of test images after the last epoch; empty if the training was stopped before
 */
public record TrainingOutcome(List<EpochScore> scores, Optional<Predictions> predictions) {
    /** Copies the list. */
    public TrainingOutcome {
        scores = List.copyOf(scores);
    }

    /** Whether the training reached its end. */
    public boolean complete() {
        return predictions.isPresent();
    }

    /** The end of the last epoch. */
    public EpochScore last() {
        return scores.get(scores.size() - 1);
    }

    /** The most accurate epoch among those measured, the earliest of equals. It is chosen on the test images, so it flatters. */
    public EpochScore best() {
        return scores.stream()
                .max(Comparator.comparingDouble(EpochScore::top1)
                        .thenComparing(
                                Comparator.comparingInt(EpochScore::epoch).reversed()))
                .orElseThrow();
    }
}
