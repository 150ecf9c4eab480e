package org.swav4j.cluster;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.data.SelectedImages;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;

/**
 * Whether images keep their prototype when they are augmented twice, independently.
 *
 * @param images how many were looked at
 * @param same share of images with the same prototype in both views, 0 to 1
 * @param ami adjusted mutual information of both views' assignments: 0 if they have nothing to do with each other
 */
public record Stability(int images, double same, double ami) {
    /** Enough that the share's standard error is half a percent at most. */
    static final int MOST_IMAGES = 10_000;

    /**
     * Looks at a seeded sample of the images that could be read, in whole batches.
     *
     * @param assigned indices of the images that could be read, ascending
     * @param views two of one resolution
     */
    static Stability measure(AssignmentPass pass, int[] assigned, MultiCrop views, long seed, IntConsumer done) {
        int batch = Math.min(pass.batch(), assigned.length);
        int wanted = Math.min(MOST_IMAGES, assigned.length) / batch * batch;
        int[] sample = Arrays.stream(Sample.of(assigned.length, wanted, seed))
                .map(i -> assigned[i])
                .toArray();
        SelectedImages chosen = new SelectedImages(pass.images(), sample, wanted + " for stability");
        return measure(pass, chosen, batch, views, seed, done);
    }

    private static Stability measure(
            AssignmentPass pass, ImageSource images, int batch, MultiCrop views, long seed, IntConsumer done) {
        int[] first = new int[images.size()];
        int[] second = new int[images.size()];
        int count = 0;
        EncoderNetwork network = pass.network();
        Quarantine quarantine = pass.quarantine();
        try (Loader loader = new Loader(images, views, batch, pass.workers(), seed, 0, 1, quarantine);
                NoGradGuard noGrad = new NoGradGuard()) {
            loader.start(0, 0);
            for (int step = 0; step < loader.stepsPerEpoch(); step++) {
                Batch loaded = loader.next();
                try (PointerScope scope = new PointerScope()) {
                    Tensor scores =
                            network.scores(network.embeddings(loaded.tensor(0))).get(pass.head());
                    Tensor best =
                            scores.argmax(new LongOptional(1), false).cpu().contiguous();
                    long[] prototypes = new long[2 * batch];
                    new LongPointer(best.data_ptr()).get(prototypes);
                    for (int i = 0; i < batch; i++) {
                        first[count] = (int) prototypes[i];
                        second[count++] = (int) prototypes[batch + i];
                    }
                    done.accept(count);
                } finally {
                    loaded.release();
                }
            }
        }
        int same = 0;
        for (int i = 0; i < count; i++) {
            same += first[i] == second[i] ? 1 : 0;
        }
        return new Stability(
                count, (double) same / count, Agreement.of(first, second).ami());
    }
}
