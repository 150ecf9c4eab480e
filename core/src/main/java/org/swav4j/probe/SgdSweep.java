package org.swav4j.probe;

import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.data.RandomKey;

/**
 * Trains linear classifiers of several settings at once by SGD with momentum, all on the same batches: one matrix product for all of
 * them. Each comes out as it would alone. Weights and biases begin at 0; both decay, as {@link org.swav4j.optim.Sgd} does it.
 */
final class SgdSweep {
    /** Keeps these streams apart from those of crops, orders and subsets. */
    private static final long STREAM = -7_102;

    private final int epochs;
    private final int batchSize;
    private final double momentum;
    private final long seed;

    /** One of the settings. */
    record Point(double learningRate, double weightDecay) {}

    SgdSweep(int epochs, int batchSize, double momentum, long seed) {
        this.epochs = epochs;
        this.batchSize = batchSize;
        this.momentum = momentum;
        this.seed = seed;
    }

    /**
     * Trains.
     *
     * @param features float32 [N, F], standardised
     * @param labels [N]
     * @return per point the parameters, weights row by row, then biases: [C·F + C]
     */
    double[][] train(Tensor features, int[] labels, int classes, List<Point> points) {
        int dimensions = (int) features.size(1);
        int settings = points.size();
        int outputs = settings * classes;
        double[] decays = points.stream().mapToDouble(Point::weightDecay).toArray();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            // the bias is one more weight, of an input that is always 1
            long[] shape = {settings, classes, dimensions + 1};
            Tensor x1 = torch.cat(
                    new org.bytedeco.pytorch.TensorVector(
                            features, torch.ones(new long[] {features.size(0), 1}, features.options())),
                    1);
            Tensor weights = torch.zeros(shape);
            Tensor velocity = torch.zeros(shape);
            Tensor decay = column(decays);
            Tensor y = FeatureRows.longs(labels);
            int[] order = new int[labels.length];
            for (int i = 0; i < order.length; i++) {
                order[i] = i;
            }
            for (int epoch = 0; epoch < epochs; epoch++) {
                shuffle(order, RandomKey.of(seed, STREAM, epoch));
                double[] rates = new double[settings];
                for (int s = 0; s < settings; s++) {
                    rates[s] = -new ProbeSchedule.Cosine(points.get(s).learningRate(), epochs).at(epoch);
                }
                try (PointerScope perEpoch = new PointerScope()) {
                    Tensor rate = column(rates);
                    Tensor visited = FeatureRows.longs(order);
                    for (int start = 0; start < order.length; start += batchSize) {
                        try (PointerScope step = new PointerScope()) {
                            int count = Math.min(batchSize, order.length - start);
                            Tensor rows = visited.narrow(0, start, count);
                            Tensor x = x1.index_select(0, rows);
                            Tensor logits =
                                    x.mm(weights.view(outputs, dimensions + 1).t());
                            Tensor error = torch.softmax(logits.view(count, settings, classes), 2);
                            Tensor right =
                                    y.index_select(0, rows).view(count, 1, 1).expand(count, settings, 1);
                            error.scatter_add_(2, right, torch.full_like(error, new Scalar(-1.0)));
                            Tensor gradient = error.view(count, outputs)
                                    .t()
                                    .mm(x)
                                    .div_(new Scalar((double) count))
                                    .view(shape);
                            gradient.addcmul_(weights, decay, new Scalar(1.0));
                            velocity.mul_(new Scalar(momentum)).add_(gradient);
                            weights.addcmul_(velocity, rate, new Scalar(1.0));
                        }
                    }
                }
            }
            return split(weights, settings, classes, dimensions);
        }
    }

    private static Tensor column(double[] values) {
        return FeatureRows.doubles(values, 0, values.length, 1, 1).to(ScalarType.Float);
    }

    private static double[][] split(Tensor weights, int settings, int classes, int dimensions) {
        float[] all = new float[settings * classes * (dimensions + 1)];
        new FloatPointer(weights.data_ptr()).get(all);
        double[][] parameters = new double[settings][classes * (dimensions + 1)];
        int next = 0;
        for (int s = 0; s < settings; s++) {
            for (int c = 0; c < classes; c++) {
                for (int f = 0; f < dimensions; f++) {
                    parameters[s][c * dimensions + f] = all[next++];
                }
                parameters[s][classes * dimensions + c] = all[next++];
            }
        }
        return parameters;
    }

    private static void shuffle(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = values[i];
            values[i] = values[j];
            values[j] = moved;
        }
    }
}
