package org.swav4j.dataset.check;

import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_NEAREST;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * A small version of an image.
 *
 * @param name of the image in its source
 * @param rgb [height, width, 3]; not to be changed
 */
record Thumbnail(String name, int width, int height, int originalWidth, int originalHeight, byte[] rgb) {
    /** Pixels per unit of the canvas. */
    static final double DENSITY = 1.5;

    double drawnWidth() {
        return width / DENSITY;
    }

    double drawnHeight() {
        return height / DENSITY;
    }

    /**
     * Fits an image into a square. Small images grow by a whole factor, with their pixels visible.
     *
     * @param image [height, width, 3] uint8 RGB
     */
    static Thumbnail of(String name, Mat image, int side) {
        int longer = Math.max(image.cols(), image.rows());
        double scale = longer > side ? (double) side / longer : side / longer;
        int width = Math.max(1, (int) Math.round(scale * image.cols()));
        int height = Math.max(1, (int) Math.round(scale * image.rows()));
        try (Mat small = new Mat();
                Size size = new Size(width, height)) {
            resize(image, small, size, 0, 0, scale < 1 ? INTER_AREA : INTER_NEAREST);
            byte[] rgb = new byte[3 * width * height];
            try (BytePointer pixels = small.data()) {
                pixels.get(rgb);
            }
            return new Thumbnail(name, width, height, image.cols(), image.rows(), rgb);
        }
    }
}
