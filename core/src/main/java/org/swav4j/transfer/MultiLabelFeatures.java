package org.swav4j.transfer;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.DataException;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.FeatureExtractor;
import org.swav4j.eval.HashedImages;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;
import org.swav4j.nn.UnitRows;

/**
 * Features of images that may show several classes, in the Java heap.
 *
 * @param classNames the classes' names by number
 * @param rows [N][F], of unit length
 * @param marks [N][C], as {@link MultiLabelImages#mark} has them
 */
public record MultiLabelFeatures(List<String> classNames, float[][] rows, byte[][] marks) {
    private static final int BATCH = 128;

    /** Checks that there is one of everything for each image. */
    public MultiLabelFeatures {
        classNames = List.copyOf(classNames);
        if (rows.length != marks.length || rows.length == 0) {
            throw new IllegalArgumentException(rows.length + " rows of features, and marks of " + marks.length);
        }
    }

    /**
     * Runs an encoder over images, in order. Those that cannot be read are noted in the quarantine and left out.
     *
     * @param reading the same images, noted as they are read
     * @param view how images are shown; one that cuts the edges off cuts classes off
     * @param done told how many images are done
     * @throws DataException if none can be read, or a feature is no number
     */
    public static MultiLabelFeatures extract(
            MultiLabelImages images,
            HashedImages reading,
            FeatureExtractor encoder,
            EvalTransform view,
            int workers,
            Quarantine quarantine,
            IntConsumer done) {
        float[][] rows = new float[images.size()][];
        byte[][] marks = new byte[images.size()][];
        int count = 0;
        try (ImageBatches batches = new ImageBatches(reading, view, BATCH, workers, quarantine);
                NoGradGuard noGrad = new NoGradGuard()) {
            for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor features =
                            UnitRows.of(encoder.features(batch.tensor(0))).cpu().contiguous();
                    FloatPointer values = new FloatPointer(features.data_ptr());
                    int[] indices = batch.indices();
                    int width = (int) features.size(1);
                    for (int i = 0; i < indices.length; i++) {
                        float[] row = new float[width];
                        values.position((long) i * width).get(row);
                        requireNumbers(images, indices[i], row);
                        rows[count] = row;
                        marks[count++] = marks(images, indices[i]);
                    }
                    done.accept(indices[indices.length - 1] + 1);
                } finally {
                    batch.release();
                }
            }
        }
        if (count == 0) {
            throw new DataException(images.description() + ": none of the images can be read");
        }
        return new MultiLabelFeatures(images.classNames(), Arrays.copyOf(rows, count), Arrays.copyOf(marks, count));
    }

    private static void requireNumbers(MultiLabelImages images, int index, float[] row) {
        for (float value : row) {
            if (!Float.isFinite(value)) {
                throw new DataException(images.name(index) + ": the encoder gives features that are infinite or not a"
                        + " number; did its training diverge?");
            }
        }
    }

    private static byte[] marks(MultiLabelImages images, int index) {
        byte[] marks = new byte[images.classNames().size()];
        for (int c = 0; c < marks.length; c++) {
            marks[c] = images.mark(index, c);
        }
        return marks;
    }

    /** Number of images N. */
    public int size() {
        return rows.length;
    }

    /** [N], of one class. */
    byte[] marksOf(int classNumber) {
        byte[] column = new byte[marks.length];
        for (int i = 0; i < column.length; i++) {
            column[i] = marks[i][classNumber];
        }
        return column;
    }

    /** The images with a mark of a class, ascending. */
    int[] marked(int classNumber, byte mark) {
        int[] found = new int[marks.length];
        int count = 0;
        for (int i = 0; i < marks.length; i++) {
            if (marks[i][classNumber] == mark) {
                found[count++] = i;
            }
        }
        return Arrays.copyOf(found, count);
    }
}
