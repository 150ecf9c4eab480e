package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.BORDER_REPLICATE;
import static org.bytedeco.opencv.global.opencv_core.CV_32F;
import static org.bytedeco.opencv.global.opencv_imgproc.sepFilter2D;

import java.util.Arrays;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * PIL's Gaussian blur: three passes of an extended box filter (Gwosdek et al., 2011), composed here to one kernel per axis.
 * PIL rounds to 8 bits and continues the border after each pass, so single pixels at sharp edges and borders differ (mean
 * .04 to .4 levels, at most 12); {@link Augmentation.Fidelity#EXACT} follows PIL to the bit.
 *
 * @param sigma standard deviation, pixels
 */
public record GaussianBlur(double sigma) implements Transform {
    private static final int PASSES = 3;
    private static final double NEGLIGIBLE = 1e-4;

    @Override
    public void apply(Mat image, Scratch scratch) {
        if (scratch.exact) {
            scratch.inJava(image, rgb -> ExactBlur.blur(rgb, image.cols(), sigma, scratch.line));
            return;
        }
        double[] weights = kernel(sigma);
        if (weights.length == 1) {
            return;
        }
        for (int i = 0; i < weights.length; i++) {
            scratch.kernel.put(i, (float) weights[i]);
        }
        image.copyTo(scratch.rgb);
        try (Mat kernel = new Mat(1, weights.length, CV_32F, scratch.kernel)) {
            sepFilter2D(scratch.rgb, image, -1, kernel, kernel, scratch.centre, 0, BORDER_REPLICATE);
        }
    }

    /** The weights along one axis: the box of radius r (whole part l, fraction a) convolved with itself three times; odd length, sums to 1. */
    public static double[] kernel(double sigma) {
        double variance = sigma * sigma / PASSES;
        double l = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
        double a = (2 * l + 1) * (l * (l + 1) - 3 * variance) / (6 * (variance - (l + 1) * (l + 1)));
        double inner = 1 / (2 * (l + a) + 1);
        double[] box = new double[2 * ((int) l + 1) + 1];
        Arrays.fill(box, inner);
        box[0] = inner * a;
        box[box.length - 1] = inner * a;
        double[] kernel = box;
        for (int pass = 1; pass < PASSES; pass++) {
            kernel = convolve(kernel, box);
        }
        int cut = 0;
        while (cut < kernel.length / 2 && kernel[cut] < NEGLIGIBLE) {
            cut++;
        }
        double[] trimmed = Arrays.copyOfRange(kernel, cut, kernel.length - cut);
        double sum = Arrays.stream(trimmed).sum();
        for (int i = 0; i < trimmed.length; i++) {
            trimmed[i] /= sum;
        }
        return trimmed;
    }

    private static double[] convolve(double[] x, double[] y) {
        double[] out = new double[x.length + y.length - 1];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                out[i + j] += x[i] * y[j];
            }
        }
        return out;
    }
}
