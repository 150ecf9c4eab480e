package org.swav4j.eval;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Weighted k-nearest-neighbour classification of frozen features: cosine similarity, each of the k nearest votes for its
 * class with weight exp(similarity / temperature) (Wu et al. 2018; the protocol of DINO's published evaluation).
 *
 * @param k neighbours
 * @param temperature of the votes [0.07]
 */
public record Knn(int k, double temperature) {
    /** Similarities are held for so many test images at a time, which bounds memory. */
    private static final int BLOCK = 256;

    /**
     * Accuracy over the test images.
     *
     * @param k neighbours that voted: as asked for, or all training images if those are fewer
     * @param top1 share whose most voted class is right, 0 to 1
     * @param top5 share whose right class is among the five most voted
     * @param trainImages in the bank
     * @param testImages classified
     */
    public record Result(int k, double temperature, double top1, double top5, int trainImages, int testImages) {}

    public Knn {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1, not " + k);
        }
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature must be above 0, not " + temperature);
        }
    }

    /**
     * Classifies {@code test} by {@code train}.
     *
     * @param classes number of classes; labels are below it
     */
    public Result evaluate(LabelledFeatures train, LabelledFeatures test, int classes) {
        int neighbours = Math.min(k, train.size());
        int[] expected = test.labels();
        int ranked = Math.min(5, classes);
        int top1 = 0;
        int top5 = 0;
        try (PointerScope outer = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor bank = train.features().t();
            Tensor labels = Tensor.create(toLongs(train.labels()));
            for (int start = 0; start < test.size(); start += BLOCK) {
                int rows = Math.min(BLOCK, test.size() - start);
                try (PointerScope scope = new PointerScope()) {
                    Tensor similarities = torch.mm(test.features().narrow(0, start, rows), bank);
                    T_TensorTensor_T nearest = similarities.topk(neighbours, 1, true, true);
                    Tensor classOf =
                            labels.index_select(0, nearest.get1().flatten()).view(rows, neighbours);
                    // the nearest neighbour's weight is 1, so that no temperature overflows
                    Tensor best = nearest.get0().narrow(1, 0, 1);
                    Tensor weights = nearest.get0()
                            .sub(best)
                            .div(new Scalar(temperature))
                            .exp();
                    Tensor votes = torch.zeros(rows, classes).scatter_add_(1, classOf, weights);
                    Tensor order = votes.topk(ranked, 1, true, true).get1().contiguous();
                    long[] winners = new long[rows * ranked];
                    new LongPointer(order.data_ptr()).get(winners);
                    for (int i = 0; i < rows; i++) {
                        for (int place = 0; place < ranked; place++) {
                            if (winners[i * ranked + place] == expected[start + i]) {
                                top5++;
                                top1 += place == 0 ? 1 : 0;
                            }
                        }
                    }
                }
            }
        }
        double images = test.size();
        return new Result(neighbours, temperature, top1 / images, top5 / images, train.size(), test.size());
    }

    private static long[] toLongs(int[] values) {
        long[] longs = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            longs[i] = values[i];
        }
        return longs;
    }
}
