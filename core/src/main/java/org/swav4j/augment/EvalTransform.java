package org.swav4j.augment;

import org.bytedeco.opencv.opencv_core.Mat;

/**
 * The deterministic view of evaluation, {@code size}×{@code size} pixels.
 *
 * @param size side of the result, pixels
 * @param stretch whether the whole image is resized to the square, whatever its shape (an image already of that size stays
 *     as it is); otherwise torchvision's protocol: shorter side to size·256/224, then the centre
 */
public record EvalTransform(int size, boolean stretch) {
    /** Longer images lose their ends before they are resized, so that a 1×100,000 image cannot ask for gigabytes. */
    private static final int MAX_ASPECT = 8;

    /** Refuses sizes that no crop may have. */
    public EvalTransform {
        if (size < CropSpec.MIN_SIZE || size > CropSpec.MAX_SIZE) {
            throw new IllegalArgumentException("image size must satisfy " + CropSpec.MIN_SIZE + " <= size <= "
                    + CropSpec.MAX_SIZE + " pixels, found " + size);
        }
    }

    /** Torchvision's protocol. */
    public EvalTransform(int size) {
        this(size, false);
    }

    /** The whole image, resized. */
    public static EvalTransform stretch(int size) {
        return new EvalTransform(size, true);
    }

    /** Native scratch for one thread. */
    public Worker newWorker() {
        return new Worker();
    }

    /** Applies the transform; not thread-safe. */
    public final class Worker implements AutoCloseable {
        private final Resizer resizer = new Resizer(size);

        private Worker() {}

        /**
         * Writes the view of one image.
         *
         * @param rgb [height, width, 3] uint8 RGB, left unchanged
         * @param destination [size, size, 3] uint8 RGB
         */
        public void apply(Mat rgb, Mat destination) {
            int width = rgb.cols();
            int height = rgb.rows();
            if (!stretch) {
                resizeThenCentre(rgb, width, height, destination);
            } else if (width == size && height == size) {
                rgb.copyTo(destination);
            } else {
                resizer.resize(rgb, new CropBox(0, 0, width, height), destination);
            }
        }

        private void resizeThenCentre(Mat rgb, int width, int height, Mat destination) {
            int shorter = (int) Math.round(size * 256.0 / 224);
            int w = (int) Math.min(width, (long) MAX_ASPECT * height);
            int h = (int) Math.min(height, (long) MAX_ASPECT * width);
            int toWidth = w <= h ? shorter : (int) ((long) shorter * w / h);
            int toHeight = w <= h ? (int) ((long) shorter * h / w) : shorter;
            int left = (int) Math.rint((toWidth - size) / 2.0);
            int top = (int) Math.rint((toHeight - size) / 2.0);
            CropBox middle = new CropBox((width - w) / 2, (height - h) / 2, w, h);
            resizer.resize(rgb, middle, toWidth, toHeight, left, top, destination);
        }

        @Override
        public void close() {
            resizer.close();
        }
    }
}
