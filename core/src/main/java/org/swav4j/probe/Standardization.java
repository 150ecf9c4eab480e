package org.swav4j.probe;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Shifts and scales each dimension of features to mean 0 and standard deviation 1 over the images that a classifier is fitted on, so that
 * one weight decay suits all dimensions and all encoders.
 *
 * @param mean [F]
 * @param deviation [F], 1 where a dimension does not vary
 */
record Standardization(double[] mean, double[] deviation) {
    private static final int BLOCK = 8192;
    /** Below this share of the mean a deviation is the rounding of float32. */
    private static final double LEAST = 1e-6;

    /** The one of these features; means and deviations are added up in float64. */
    static Standardization of(Tensor features) {
        long rows = features.size(0);
        int dimensions = (int) features.size(1);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor mean = blockSums(features, null).div_(new Scalar((double) rows));
            double[] means = read(mean, dimensions);
            double[] deviations = read(
                    blockSums(features, mean).div_(new Scalar((double) rows)).sqrt_(), dimensions);
            for (int i = 0; i < dimensions; i++) {
                boolean varies = deviations[i] > LEAST * Math.abs(means[i]);
                deviations[i] = varies ? deviations[i] : 1;
            }
            return new Standardization(means, deviations);
        }
    }

    /** The one that leaves features as they are. */
    static Standardization none(int dimensions) {
        double[] ones = new double[dimensions];
        Arrays.fill(ones, 1);
        return new Standardization(new double[dimensions], ones);
    }

    /** Sums over rows of the features, or of their squared distances from a centre. */
    private static Tensor blockSums(Tensor features, Tensor centre) {
        Tensor sums = FeatureRows.doubles(new double[(int) features.size(1)], 0, features.size(1));
        for (long start = 0; start < features.size(0); start += BLOCK) {
            try (PointerScope scope = new PointerScope()) {
                Tensor block = features.narrow(0, start, Math.min(BLOCK, features.size(0) - start))
                        .to(ScalarType.Double);
                sums.add_((centre == null ? block : block.sub(centre).square_()).sum(0));
            }
        }
        return sums;
    }

    private static double[] read(Tensor values, int count) {
        double[] read = new double[count];
        new DoublePointer(values.contiguous().data_ptr()).get(read);
        return read;
    }

    /** Changes features [N, F] in place; returns them. */
    Tensor apply(Tensor features) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            ScalarType type = features.scalar_type();
            features.sub_(FeatureRows.doubles(mean, 0, mean.length).to(type))
                    .div_(FeatureRows.doubles(deviation, 0, deviation.length).to(type));
        }
        return features;
    }
}
