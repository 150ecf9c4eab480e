package org.swav4j.checkpoint;

/**
 * What a reader must know to build the encoder whose weights a checkpoint holds.
 *
 * @param arch architecture, such as {@code resnet50w2}
 * @param stem how the trunk begins, such as {@code imagenet}
 * @param imageSize side in pixels of the largest crops it was trained on: what to evaluate it with
 */
public record EncoderInfo(String arch, String stem, int imageSize) {}
