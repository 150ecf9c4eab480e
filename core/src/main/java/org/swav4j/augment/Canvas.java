package org.swav4j.augment;

import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/**
 * How images of any size go to a device that crops them itself: each in the upper left corner of a square, beside the views
 * drawn for it. Larger images are reduced to the square first, and their views with them, to whole pixels.
 *
 * @param recipe of the views
 * @param side of the square, pixels
 */
public record Canvas(MultiCrop recipe, int side) {
    /** Sixteen sevenths of the largest crop: 512 for 224, which most photographs of ImageNet fit into. */
    public static Canvas of(MultiCrop recipe) {
        int largest = recipe.crops().stream().mapToInt(CropSpec::size).max().orElseThrow();
        return new Canvas(recipe, Math.min(CropSpec.MAX_SIZE, (largest * 16 + 6) / 7));
    }

    /**
     * An image in its square.
     *
     * @param width of the image there, likewise {@code height}
     * @param views in order of resolution and crop, their boxes within the image as it lies there
     */
    public record Placed(int width, int height, List<View> views) {
        /** Copies the list. */
        public Placed {
            views = List.copyOf(views);
        }
    }

    /** Native scratch for one thread. */
    public Worker newWorker() {
        return new Worker();
    }

    /** Lays images out; not thread-safe. */
    public final class Worker implements AutoCloseable {
        private final Resizer resizer = new Resizer(side);

        private Worker() {}

        /**
         * Draws the image's views as {@link MultiCrop#draw} does and copies it into its corner of the square, whose other
         * pixels keep what they are.
         *
         * @param rgb [height, width, 3] uint8 RGB, left unchanged
         * @param square [side, side, 3] uint8 RGB
         */
        public Placed place(Mat rgb, SplittableRandom random, Mat square) {
            int w = rgb.cols();
            int h = rgb.rows();
            List<View> views = recipe.draw(w, h, random);
            double scale = Math.min(1, (double) side / Math.max(w, h));
            int toWidth = Math.max(1, (int) Math.rint(w * scale));
            int toHeight = Math.max(1, (int) Math.rint(h * scale));
            try (Rect corner = new Rect(0, 0, toWidth, toHeight);
                    Mat destination = new Mat(square, corner)) {
                if (scale == 1) {
                    rgb.copyTo(destination);
                } else {
                    resizer.resize(rgb, new CropBox(0, 0, w, h), destination);
                    views = views.stream()
                            .map(view -> view.scaled((double) toWidth / w, (double) toHeight / h, toWidth, toHeight))
                            .toList();
                }
            }
            return new Placed(toWidth, toHeight, views);
        }

        @Override
        public void close() {
            resizer.close();
        }
    }
}
