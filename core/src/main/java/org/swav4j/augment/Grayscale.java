package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_GRAY2RGB;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;

import org.bytedeco.opencv.opencv_core.Mat;

/** Drops colour: every channel becomes .299 R + .587 G + .114 B. */
public record Grayscale() implements Transform {

    @Override
    public void apply(Mat image, Scratch scratch) {
        cvtColor(image, scratch.gray, COLOR_RGB2GRAY);
        cvtColor(scratch.gray, image, COLOR_GRAY2RGB);
    }
}
