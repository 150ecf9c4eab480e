package org.swav4j.train;

import java.time.Duration;
import java.util.Optional;

/**
 * What one training step did.
 *
 * @param step number of steps done, this one included
 * @param totalSteps steps of the whole run
 * @param epoch epoch of this step, counted from 0
 * @param epochs epochs of the whole run
 * @param loss swapped-prediction loss of the step
 * @param learningRate of the step
 * @param probeTop1 accuracy of the online probe when it was last measured, 0 to 1; NaN without one
 * @param imagesPerSecond lately
 * @param dataWaitShare share of the time spent waiting for images, 0 to 1
 * @param ranks how they kept up when it was last measured, on rank 0; empty for a process alone
 * @param remaining estimated time to the end of the run
 */
public record StepReport(
        long step,
        long totalSteps,
        int epoch,
        int epochs,
        double loss,
        double learningRate,
        double probeTop1,
        double imagesPerSecond,
        double dataWaitShare,
        Optional<RankPaces> ranks,
        Duration remaining) {}
