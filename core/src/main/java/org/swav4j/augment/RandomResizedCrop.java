package org.swav4j.augment;

import java.util.SplittableRandom;

/**
 * Draws the rectangle of a random resized crop as torchvision 0.14 does; {@link Resizer} then cuts and resizes it. Strict
 * mathematics, so that every Java draws the same.
 */
final class RandomResizedCrop {
    private static final double MIN_RATIO = 3.0 / 4;
    private static final double MAX_RATIO = 4.0 / 3;
    private static final int TRIES = 10;

    private RandomResizedCrop() {}

    /**
     * The area is uniform between the scales, the aspect ratio log-uniform in 3/4..4/3, the position uniform. After ten draws
     * that do not fit the image: the largest centred rectangle with an aspect ratio in range.
     */
    static CropBox draw(double minScale, double maxScale, int width, int height, SplittableRandom random) {
        double area = (double) width * height;
        double logMin = StrictMath.log(MIN_RATIO);
        double logMax = StrictMath.log(MAX_RATIO);
        for (int i = 0; i < TRIES; i++) {
            double target = area * (minScale + (maxScale - minScale) * random.nextDouble());
            double ratio = StrictMath.exp(logMin + (logMax - logMin) * random.nextDouble());
            int w = (int) Math.rint(Math.sqrt(target * ratio));
            int h = (int) Math.rint(Math.sqrt(target / ratio));
            if (0 < w && w <= width && 0 < h && h <= height) {
                int y = (int) (random.nextDouble() * (height - h + 1));
                int x = (int) (random.nextDouble() * (width - w + 1));
                return new CropBox(x, y, w, h);
            }
        }
        return centre(width, height);
    }

    private static CropBox centre(int width, int height) {
        double ratio = (double) width / height;
        int w = width;
        int h = height;
        if (ratio < MIN_RATIO) {
            h = (int) Math.rint(w / MIN_RATIO);
        } else if (ratio > MAX_RATIO) {
            w = (int) Math.rint(h * MAX_RATIO);
        }
        return new CropBox((width - w) / 2, (height - h) / 2, w, h);
    }
}
