package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.ImageSize;

/**
 * Shrinks images until their shorter side has a given length, keeping their proportions; antialiased, as PIL's bilinear
 * filter. Owns native scratch: one per thread.
 */
public final class ShorterSide implements AutoCloseable {
    private final int length;
    private final Resizer resizer;
    private final Mat resized = new Mat();

    /** {@code length} in pixels, at least 1. Create it outside a {@code PointerScope}. */
    public ShorterSide(int length) {
        if (length < 1) {
            throw new IllegalArgumentException("shorter side must be at least 1 pixel, found " + length);
        }
        this.length = length;
        resizer = new Resizer(length);
    }

    /** The size an image gets: its own when its shorter side is no longer than {@code length}, else torchvision's, rounded down. */
    public static ImageSize sizeFor(ImageSize size, int length) {
        int w = size.width();
        int h = size.height();
        if (Math.min(w, h) <= length) {
            return size;
        }
        return w <= h
                ? new ImageSize(length, (int) ((long) length * h / w))
                : new ImageSize((int) ((long) length * w / h), length);
    }

    /**
     * The image at {@link #sizeFor its new size}.
     *
     * @param rgb [height, width, 3] uint8 RGB, left unchanged
     * @return the same image when it is small enough, else [height, width, 3] uint8 RGB owned by this object and valid until
     *     the next call
     */
    public Mat apply(Mat rgb) {
        ImageSize from = new ImageSize(rgb.cols(), rgb.rows());
        ImageSize to = sizeFor(from, length);
        if (to.equals(from)) {
            return rgb;
        }
        resized.create(to.height(), to.width(), CV_8UC3);
        resizer.resize(rgb, new CropBox(0, 0, from.width(), from.height()), resized);
        return resized;
    }

    @Override
    public void close() {
        resized.close();
        resizer.close();
    }
}
