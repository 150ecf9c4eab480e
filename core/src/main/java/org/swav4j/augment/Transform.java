package org.swav4j.augment;

import org.bytedeco.opencv.opencv_core.Mat;

/** One change of a crop with its parameters already drawn, so that it can be replayed. */
public sealed interface Transform
        permits Brightness, ColorJitter, Contrast, GaussianBlur, Grayscale, HorizontalFlip, Hue, Saturation {
    /**
     * OpenCV rounds to nearest where PIL truncates. Adding this first turns the one into the other for every value whose
     * fraction is below .9999.
     */
    double TRUNCATE = -0.4999;

    /** Changes an 8-bit RGB image [size, size, 3] in place, where size is the scratch's. */
    void apply(Mat image, Scratch scratch);
}
