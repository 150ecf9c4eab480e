package org.swav4j.probe;

/**
 * How good a classifier was after an epoch.
 *
 * @param loss mean cross-entropy over the epoch's training crops
 * @param top1 share of test images classified rightly
 * @param top5 share whose class is among the five likeliest
 */
public record EpochScore(double loss, double top1, double top5) {}
