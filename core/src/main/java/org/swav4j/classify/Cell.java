package org.swav4j.classify;

import org.swav4j.eval.Interval;
import org.swav4j.eval.Predictions;

/**
 * How good one method was with one share of the labels.
 *
 * @param labels the share as it was asked for
 * @param seed of subset, weights and order
 * @param images with labels
 * @param steps of training; 0 where the encoder was not trained
 * @param top1 of the last epoch
 * @param top5 of the last epoch
 * @param interval of {@code top1} over test images
 */
public record Cell(
        Method method, String labels, long seed, int images, long steps, double top1, double top5, Interval interval) {
    static Cell of(Method method, String labels, long seed, int images, long steps, Predictions predictions) {
        return new Cell(
                method, labels, seed, images, steps, predictions.top(1), predictions.top(5), predictions.interval(1));
    }
}
