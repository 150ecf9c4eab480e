package org.swav4j.augment;

import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Blends with black; beyond 1 values saturate.
 *
 * @param factor 0 is black, 1 the image
 */
public record Brightness(double factor) implements Transform {

    @Override
    public void apply(Mat image, Scratch scratch) {
        image.convertTo(image, -1, factor, TRUNCATE);
    }
}
