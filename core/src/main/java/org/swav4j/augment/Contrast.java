package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.mean;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;

import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * Blends with the mean of the grey image, rounded to a whole level as PIL does.
 *
 * @param factor 0 is that grey, 1 the image
 */
public record Contrast(double factor) implements Transform {

    @Override
    public void apply(Mat image, Scratch scratch) {
        cvtColor(image, scratch.gray, COLOR_RGB2GRAY);
        try (Scalar mean = mean(scratch.gray)) {
            int level = (int) (mean.get(0) + 0.5);
            image.convertTo(image, -1, factor, level * (1 - factor) + TRUNCATE);
        }
    }
}
