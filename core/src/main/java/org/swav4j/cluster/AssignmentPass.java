package org.swav4j.cluster;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;

/**
 * One pass of a source through a network, batch by batch. What stays in memory are 24 bytes for each image, and the embeddings
 * of a sample.
 *
 * @param images what to assign
 * @param network loaded for scores
 * @param head which prototype head's, from 0
 * @param batch images that go through the network at once
 * @param workers threads that read and decode
 * @param quarantine told of unreadable images, which are left out
 */
record AssignmentPass(
        LabelledImages images, EncoderNetwork network, int head, int batch, int workers, Quarantine quarantine) {
    /**
     * What a pass found.
     *
     * @param positions [S], those images of the sample that could be read, as positions among the assignments
     * @param embeddings [S][D], theirs, of unit length
     */
    record Found(Assignments assignments, int[] positions, float[][] embeddings) {}

    /**
     * Goes through all images.
     *
     * @param sample ascending indices of the images whose embeddings to keep
     * @param done told how many images are through, after each batch
     * @throws DataException if no image can be read, or the model gives something that is no number
     */
    Found run(int[] sample, IntConsumer done) {
        Collected collected = new Collected(sample);
        try (ImageBatches batches = new ImageBatches(images, network.view(), batch, workers, quarantine);
                NoGradGuard noGrad = new NoGradGuard()) {
            for (Batch loaded = batches.next(); loaded != null; loaded = batches.next()) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor embeddings = network.embeddings(loaded.tensor(0));
                    collected.add(
                            loaded.indices(),
                            embeddings,
                            network.scores(embeddings).get(head));
                    done.accept(loaded.indices()[loaded.size() - 1] + 1);
                } finally {
                    loaded.release();
                }
            }
        }
        return collected.found();
    }

    /** The arrays as they fill. */
    private final class Collected {
        private final int[] sample;
        private final int prototypes = (int) network.prototypes().get(head).size(0);
        private final int[] which = new int[images.size()];
        private final int[] first = new int[images.size()];
        private final int[] second = new int[images.size()];
        private final float[] score = new float[images.size()];
        private final float[] confidence = new float[images.size()];
        private final float[] margin = new float[images.size()];
        private int count;
        private final int[] positions;
        private final float[][] kept;
        private int keptCount;

        Collected(int[] sample) {
            this.sample = sample;
            positions = new int[sample.length];
            kept = new float[sample.length][];
        }

        void add(int[] indices, Tensor embeddings, Tensor scores) {
            int places = Math.min(2, prototypes);
            T_TensorTensor_T best = scores.topk(places, 1, true, true);
            long[] prototype = longs(best.get1());
            float[] cosine = floats(best.get0());
            Tensor codes = scores.div(new Scalar(EncoderNetwork.TEMPERATURE)).softmax(1);
            float[] share = floats(codes.gather(1, best.get1()));
            for (int i = 0; i < indices.length; i++) {
                if (!Float.isFinite(cosine[i * places])) {
                    throw new DataException(network.checkpoint() + ": gives " + images.name(indices[i]) + " the score "
                            + cosine[i * places] + ", which is no number: the training had diverged when it was saved;"
                            + " take an earlier checkpoint");
                }
                which[count] = indices[i];
                first[count] = (int) prototype[i * places];
                second[count] = places == 1 ? -1 : (int) prototype[i * places + 1];
                score[count] = cosine[i * places];
                confidence[count] = share[i * places];
                margin[count] = places == 1 ? 1 : share[i * places] - share[i * places + 1];
                if (Arrays.binarySearch(sample, indices[i]) >= 0) {
                    positions[keptCount] = count;
                    kept[keptCount++] = floats(embeddings.select(0, i));
                }
                count++;
            }
        }

        Found found() {
            if (count == 0) {
                throw new DataException(images.description() + ": no image could be read; the first: "
                        + quarantine.entries().get(0).name() + ": "
                        + quarantine.entries().get(0).reason());
            }
            return new Found(
                    new Assignments(
                            prototypes,
                            Arrays.copyOf(which, count),
                            Arrays.copyOf(first, count),
                            Arrays.copyOf(second, count),
                            Arrays.copyOf(score, count),
                            Arrays.copyOf(confidence, count),
                            Arrays.copyOf(margin, count)),
                    Arrays.copyOf(positions, keptCount),
                    Arrays.copyOf(kept, keptCount));
        }
    }

    private static long[] longs(Tensor tensor) {
        Tensor plain = tensor.cpu().contiguous();
        long[] values = new long[Math.toIntExact(plain.numel())];
        new LongPointer(plain.data_ptr()).get(values);
        return values;
    }

    static float[] floats(Tensor tensor) {
        Tensor plain = tensor.cpu().contiguous();
        float[] values = new float[Math.toIntExact(plain.numel())];
        new FloatPointer(plain.data_ptr()).get(values);
        return values;
    }
}
