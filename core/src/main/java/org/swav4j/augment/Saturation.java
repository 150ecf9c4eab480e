package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.addWeighted;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_GRAY2RGB;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;

import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Blends with the grey image. Grey is rounded to 8 bits first, as in PIL: one 3×4 matrix would be off by .145 on average.
 *
 * @param factor 0 is grey, 1 the image
 */
public record Saturation(double factor) implements Transform {

    @Override
    public void apply(Mat image, Scratch scratch) {
        cvtColor(image, scratch.gray, COLOR_RGB2GRAY);
        cvtColor(scratch.gray, scratch.rgb, COLOR_GRAY2RGB);
        addWeighted(image, factor, scratch.rgb, 1 - factor, TRUNCATE, image, -1);
    }
}
