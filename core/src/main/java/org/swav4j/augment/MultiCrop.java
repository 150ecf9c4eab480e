package org.swav4j.augment;

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

    /** Native scratch for one thread. */
    public Worker newWorker() {
        return new Worker();
    }

    /** Applies the recipe; not thread-safe. */
    public final class Worker implements AutoCloseable {
        private final Scratch[] scratch =
                crops.stream().map(spec -> new Scratch(spec.size())).toArray(Scratch[]::new);

        private Worker() {}

        /**
         * Writes every crop of one image to its destination. Each crop draws from its own split of {@code random}, in order of
         * resolution and crop, so a crop's pixels depend on the image, the random's state and its place in the recipe alone.
         *
         * @param rgb [height, width, 3] uint8 RGB, left unchanged
         */
        public void apply(Mat rgb, SplittableRandom random, CropSink sink) {
            int width = rgb.cols();
            int height = rgb.rows();
            for (int r = 0; r < scratch.length; r++) {
                CropSpec spec = crops.get(r);
                for (int crop = 0; crop < spec.count(); crop++) {
                    View.draw(spec, augmentation, width, height, random.split())
                            .render(rgb, sink.destination(r, crop), scratch[r]);
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
