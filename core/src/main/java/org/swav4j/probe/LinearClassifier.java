package org.swav4j.probe;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.eval.Predictions;

/** A fitted linear classifier on standardised features. Holds no native memory. */
public final class LinearClassifier {
    private static final int BLOCK = 8192;
    private static final int RANKS = 5;

    private final Standardization standardization;
    private final double[] parameters;
    private final int classes;

    /** @param parameters weights row by row, then biases: [C·F + C] */
    LinearClassifier(Standardization standardization, double[] parameters, int classes) {
        this.standardization = standardization;
        this.parameters = parameters.clone();
        this.classes = classes;
    }

    /** What it says of images. */
    public Predictions predict(FeatureRows rows, List<String> classNames) {
        return new Predictions(classNames, rows.images(), rows.labels(), evaluate(rows).ranked);
    }

    /** Share of images that are classified rightly, and the mean cross-entropy; 0 and infinity where it is not a number. */
    Score score(FeatureRows rows) {
        if (!DoubleStream.of(parameters).allMatch(Double::isFinite)) {
            return new Score(0, Double.POSITIVE_INFINITY);
        }
        Evaluated evaluated = evaluate(rows);
        int[] labels = rows.labels();
        long right = IntStream.range(0, labels.length)
                .filter(i -> evaluated.ranked[i][0] == labels[i])
                .count();
        return new Score((double) right / labels.length, evaluated.loss);
    }

    /** How good it is on some images. */
    record Score(double top1, double crossEntropy) {}

    private record Evaluated(int[][] ranked, double loss) {}

    private Evaluated evaluate(FeatureRows rows) {
        int ranks = Math.min(RANKS, classes);
        int[][] ranked = new int[rows.size()][ranks];
        int dimensions = rows.dimensions();
        double loss = 0;
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            ScalarType type = rows.features().scalar_type();
            Tensor weights = FeatureRows.doubles(parameters, 0, classes, dimensions)
                    .to(type)
                    .t();
            Tensor biases = FeatureRows.doubles(parameters, classes * dimensions, classes);
            Tensor labels = rows.labelTensor();
            for (int start = 0; start < rows.size(); start += BLOCK) {
                try (PointerScope block = new PointerScope()) {
                    int count = Math.min(BLOCK, rows.size() - start);
                    Tensor x = standardization.apply(
                            rows.features().narrow(0, start, count).clone());
                    Tensor logProbabilities = torch.log_softmax(
                            x.mm(weights).to(ScalarType.Double).add_(biases), 1);
                    loss -= logProbabilities
                            .gather(1, labels.narrow(0, start, count).unsqueeze(1))
                            .sum()
                            .item_double();
                    Tensor order =
                            logProbabilities.topk(ranks, 1, true, true).get1().contiguous();
                    long[] winners = new long[count * ranks];
                    new LongPointer(order.data_ptr()).get(winners);
                    for (int i = 0; i < winners.length; i++) {
                        ranked[start + i / ranks][i % ranks] = (int) winners[i];
                    }
                }
            }
        }
        return new Evaluated(ranked, loss / rows.size());
    }
}
