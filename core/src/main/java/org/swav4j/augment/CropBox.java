package org.swav4j.augment;

/** A rectangle of pixels within an image: left, top, width, height. */
public record CropBox(int x, int y, int width, int height) {}
