package org.swav4j.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * The recipe that turns one image into several views: for each resolution a number of random crops, each augmented
 * independently (paper, section 3.2 and appendix A).
 */
public record MultiCrop(List<CropSpec> crops, Augmentation augmentation) {

    /** Copies the list; at least one resolution is needed. */
    public MultiCrop {
        crops = List.copyOf(crops);
        if (crops.isEmpty()) {
            throw new IllegalArgumentException("crops must name at least one resolution");
        }
    }

    /**
     * Draws the views of one image, in order of resolution and crop. Each draws from its own split of {@code random}, so a
     * view depends on the image's size, the random's state and its place in the recipe alone.
     *
     * @param width of the image, pixels; likewise {@code height}
     * @return as many views as the recipe has crops
     */
    public List<View> draw(int width, int height, SplittableRandom random) {
        List<View> views = new ArrayList<>();
        for (CropSpec spec : crops) {
            for (int crop = 0; crop < spec.count(); crop++) {
                views.add(View.draw(spec, augmentation, width, height, random.split()));
            }
        }
        return views;
    }

    /** Native scratch for one thread. */
    public Worker newWorker() {
        return new Worker();
    }

    /** Applies the recipe; not thread-safe. */
    public final class Worker implements AutoCloseable {
        private final Scratch[] scratch = crops.stream()
                .map(spec -> new Scratch(spec.size(), augmentation.fidelity()))
                .toArray(Scratch[]::new);

        private Worker() {}

        /**
         * Writes every crop of one image to its destination.
         *
         * @param rgb [height, width, 3] uint8 RGB, left unchanged
         */
        public void apply(Mat rgb, SplittableRandom random, CropSink sink) {
            render(rgb, draw(rgb.cols(), rgb.rows(), random), sink);
        }

        /**
         * Writes the views {@link #draw} gave for an image of this size to their destinations.
         *
         * @param rgb [height, width, 3] uint8 RGB, left unchanged
         */
        public void render(Mat rgb, List<View> views, CropSink sink) {
            int next = 0;
            for (int r = 0; r < scratch.length; r++) {
                for (int crop = 0; crop < crops.get(r).count(); crop++) {
                    views.get(next++).render(rgb, sink.destination(r, crop), scratch[r]);
                }
            }
        }

        @Override
        public void close() {
            for (Scratch s : scratch) {
                s.close();
            }
        }
    }
}
