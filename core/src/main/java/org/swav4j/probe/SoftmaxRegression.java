package org.swav4j.probe;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Multinomial logistic regression: the mean cross-entropy of softmax(x·Wᵀ + b) plus decay/2·|W|², which is convex. A point is
 * W row by row, then b: [C·F + C]. Matrix products are computed in the features' type, everything else in float64.
 */
final class SoftmaxRegression implements Lbfgs.Objective {
    private static final int BLOCK = 8192;

    private final Tensor features;
    private final Tensor labels;
    private final int classes;
    private final double decay;

    /**
     * @param features [N, F]; stay the caller's
     * @param labels int64 [N], below {@code classes}; stay the caller's
     * @param decay of the weights, not of the biases
     */
    SoftmaxRegression(Tensor features, Tensor labels, int classes, double decay) {
        this.features = features;
        this.labels = labels;
        this.classes = classes;
        this.decay = decay;
    }

    @Override
    public double at(double[] point, double[] gradient) {
        long rows = features.size(0);
        long dimensions = features.size(1);
        int weightCount = Math.toIntExact(classes * dimensions);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            ScalarType type = features.scalar_type();
            Tensor weights =
                    FeatureRows.doubles(point, 0, classes, dimensions).to(type).t();
            Tensor biases = FeatureRows.doubles(point, weightCount, classes);
            Tensor weightGradient = FeatureRows.doubles(new double[weightCount], 0, classes, dimensions);
            Tensor biasGradient = FeatureRows.doubles(new double[classes], 0, classes);
            double loss = 0;
            for (long start = 0; start < rows; start += BLOCK) {
                try (PointerScope block = new PointerScope()) {
                    long count = Math.min(BLOCK, rows - start);
                    Tensor x = features.narrow(0, start, count);
                    Tensor y = labels.narrow(0, start, count).unsqueeze(1);
                    Tensor logProbabilities = torch.log_softmax(
                            x.mm(weights).to(ScalarType.Double).add_(biases), 1);
                    loss -= logProbabilities.gather(1, y).sum().item_double();
                    Tensor error = logProbabilities.exp_();
                    error.scatter_add_(1, y, torch.full_like(error, new Scalar(-1.0)));
                    weightGradient.add_(error.to(type).t().mm(x));
                    biasGradient.add_(error.sum(0));
                }
            }
            new DoublePointer(weightGradient.data_ptr()).get(gradient, 0, weightCount);
            new DoublePointer(biasGradient.data_ptr()).get(gradient, weightCount, classes);
            double squares = 0;
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] /= rows;
                if (i < weightCount) {
                    gradient[i] += decay * point[i];
                    squares += point[i] * point[i];
                }
            }
            return loss / rows + decay / 2 * squares;
        }
    }
}
