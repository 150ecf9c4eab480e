package org.swav4j.train;

/**
 * What a run is about to do.
 *
 * @param epochs of the whole run
 * @param stepsPerEpoch full batches in an epoch
 * @param totalSteps steps of the whole run
 * @param firstStep steps already done when a run is resumed, else 0
 * @param images images in an epoch
 */
public record TrainingPlan(int epochs, int stepsPerEpoch, long totalSteps, long firstStep, int images) {}
