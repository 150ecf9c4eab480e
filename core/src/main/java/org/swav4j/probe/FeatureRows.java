package org.swav4j.probe;

import java.util.Arrays;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Features with labels, in host memory; the tensor stays its owner's.
 *
 * @param features float [N, F], as the trunk gives them
 * @param labels [N], class numbers
 * @param images [N], which images of their source they are of
 */
public record FeatureRows(Tensor features, int[] labels, int[] images) {
    /** Checks that there is one of everything for each image. */
    public FeatureRows {
        if (features.size(0) != labels.length || images.length != labels.length) {
            throw new IllegalArgumentException(
                    features.size(0) + " features, " + labels.length + " labels and " + images.length + " images");
        }
    }

    /** Number of images N. */
    public int size() {
        return labels.length;
    }

    /** Length of a feature vector F. */
    public int dimensions() {
        return (int) features.size(1);
    }

    /** A copy of some rows, owned by the scope it is made in. */
    FeatureRows pick(int[] rows) {
        return new FeatureRows(
                features.index_select(0, longs(rows)),
                Arrays.stream(rows).map(r -> labels[r]).toArray(),
                Arrays.stream(rows).map(r -> images[r]).toArray());
    }

    /** The labels as int64 [N]. */
    Tensor labelTensor() {
        return longs(labels);
    }

    static Tensor longs(int[] values) {
        Tensor tensor = torch.empty(values.length).to(ScalarType.Long);
        if (values.length > 0) {
            new LongPointer(tensor.data_ptr())
                    .put(Arrays.stream(values).asLongStream().toArray());
        }
        return tensor;
    }

    /** float64 of the given shape. */
    static Tensor doubles(double[] values, int from, long... shape) {
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        Tensor tensor = torch.zeros(shape, new TensorOptions(ScalarType.Double));
        new org.bytedeco.javacpp.DoublePointer(tensor.data_ptr()).put(values, from, Math.toIntExact(count));
        return tensor;
    }
}
