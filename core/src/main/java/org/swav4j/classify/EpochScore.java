package org.swav4j.classify;

/**
 * How good a classifier was at the end of an epoch.
 *
 * @param epoch from 1
 * @param loss mean cross-entropy over the epoch's steps
 * @param top1 share of test images classified rightly
 * @param top5 share whose class is among the five likeliest
 */
public record EpochScore(int epoch, double loss, double top1, double top5) {}
