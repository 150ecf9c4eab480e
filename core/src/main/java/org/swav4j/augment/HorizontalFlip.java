package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.flip;

import org.bytedeco.opencv.opencv_core.Mat;

/** Mirrors left to right. */
public record HorizontalFlip() implements Transform {
    private static final int AROUND_VERTICAL_AXIS = 1;

    @Override
    public void apply(Mat image, Scratch scratch) {
        flip(image, image, AROUND_VERTICAL_AXIS);
    }
}
