package org.swav4j.probe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.data.DataException;

/**
 * A linear classifier on features that were computed once. Which setting it is fitted with is decided on a part of the training images that is
 * held out; then it is fitted on all of them. It never sees a test image.
 *
 * @param solver how classifiers are fitted
 * @param learningRates to try; of SGD only
 * @param weightDecays to try
 * @param epochs of SGD
 * @param batchSize of SGD
 * @param seed of the held-out part, and of SGD's order
 */
public record CachedProbe(
        Solver solver, List<Double> learningRates, List<Double> weightDecays, int epochs, int batchSize, long seed) {
    /** Of each class of the training images, the part that chooses. */
    public static final double HELD_OUT = 0.2;

    private static final double MOMENTUM = 0.9;
    /** Of the mean loss: far below what moves an accuracy. */
    private static final double TOLERANCE = 1e-5;

    private static final int MOST_ITERATIONS = 300;

    /** How a classifier is fitted. */
    public enum Solver {
        /** To the minimum of the regularised loss. */
        LBFGS,
        /** For a number of epochs, as an uncached probe is. */
        SGD;

        /**
         * The one of that name.
         *
         * @throws IllegalArgumentException naming both
         */
        public static Solver parse(String name) {
            for (Solver solver : values()) {
                if (solver.toString().equals(name)) {
                    return solver;
                }
            }
            throw new IllegalArgumentException("'" + name + "': must be lbfgs or sgd");
        }

        /** {@code lbfgs} or {@code sgd}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A setting that was tried.
     *
     * @param learningRate NaN for L-BFGS
     * @param heldOutTop1 accuracy on the held-out images; NaN where there was nothing to choose
     * @param heldOutLoss mean cross-entropy there
     */
    public record Tried(double learningRate, double weightDecay, double heldOutTop1, double heldOutLoss) {}

    /**
     * What was fitted.
     *
     * @param tried every setting, in the order they were given
     * @param chosen the one of them with the best accuracy on the held-out images; of several the one with the smaller loss there
     * @param heldOutImages how many images chose
     * @param classifier fitted on all training images with the chosen setting
     */
    public record Fitted(List<Tried> tried, Tried chosen, int heldOutImages, LinearClassifier classifier) {}

    /** Copies the lists; each needs a value. */
    public CachedProbe {
        learningRates = List.copyOf(learningRates);
        weightDecays = List.copyOf(weightDecays);
        if (weightDecays.isEmpty() || (solver == Solver.SGD && learningRates.isEmpty())) {
            throw new IllegalArgumentException("a weight decay, and for sgd a learning rate, is needed");
        }
    }

    /**
     * Chooses and fits.
     *
     * @param classes number of classes; labels are below it
     * @throws DataException if no class has two images, so that none could be held out
     */
    public Fitted fit(FeatureRows train, int classes) {
        List<SgdSweep.Point> points = points();
        List<Tried> tried = new ArrayList<>();
        int held = 0;
        if (points.size() == 1) {
            tried.add(tried(points.get(0), Double.NaN, Double.NaN));
        } else {
            HeldOut split = HeldOut.split(train.labels(), classes, HELD_OUT, seed);
            held = split.heldOut().length;
            if (held == 0) {
                throw new DataException(
                        "no class has two labelled images, so none can be held out to choose a setting by;"
                                + " use more labels, or name one setting");
            }
            try (PointerScope scope = new PointerScope()) {
                FeatureRows judges = train.pick(split.heldOut());
                List<LinearClassifier> candidates = fitAll(train.pick(split.fitted()), classes, points);
                for (int i = 0; i < points.size(); i++) {
                    LinearClassifier.Score score = candidates.get(i).score(judges);
                    tried.add(tried(points.get(i), score.top1(), score.crossEntropy()));
                }
            }
        }
        Tried chosen = tried.stream()
                .min(Comparator.comparingDouble((Tried t) -> -t.heldOutTop1()).thenComparingDouble(Tried::heldOutLoss))
                .orElseThrow();
        try (PointerScope scope = new PointerScope()) {
            FeatureRows copy = new FeatureRows(train.features().clone(), train.labels(), train.images());
            SgdSweep.Point point = new SgdSweep.Point(chosen.learningRate(), chosen.weightDecay());
            return new Fitted(
                    tried, chosen, held, fitAll(copy, classes, List.of(point)).get(0));
        }
    }

    private static Tried tried(SgdSweep.Point point, double top1, double loss) {
        return new Tried(point.learningRate(), point.weightDecay(), top1, loss);
    }

    private List<SgdSweep.Point> points() {
        List<SgdSweep.Point> points = new ArrayList<>();
        for (double rate : solver == Solver.SGD ? learningRates : List.of(Double.NaN)) {
            weightDecays.forEach(decay -> points.add(new SgdSweep.Point(rate, decay)));
        }
        return points;
    }

    /** A classifier for each point; the rows are standardised in place. */
    private List<LinearClassifier> fitAll(FeatureRows rows, int classes, List<SgdSweep.Point> points) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Standardization standardization = Standardization.of(rows.features());
            Tensor x = standardization.apply(rows.features());
            double[][] parameters = new double[points.size()][];
            if (solver == Solver.SGD) {
                parameters = new SgdSweep(epochs, batchSize, MOMENTUM, seed).train(x, rows.labels(), classes, points);
            } else {
                Tensor y = rows.labelTensor();
                double[] point = new double[classes * (rows.dimensions() + 1)];
                // from much decay to little, each beginning where the one before ended, is a fraction of the work
                for (int i : descending(points)) {
                    SoftmaxRegression loss =
                            new SoftmaxRegression(x, y, classes, points.get(i).weightDecay());
                    Lbfgs.minimise(loss, point, TOLERANCE, MOST_ITERATIONS);
                    parameters[i] = point.clone();
                }
            }
            List<LinearClassifier> fitted = new ArrayList<>();
            for (double[] p : parameters) {
                fitted.add(new LinearClassifier(standardization, p, classes));
            }
            return fitted;
        }
    }

    private static List<Integer> descending(List<SgdSweep.Point> points) {
        return IntStream.range(0, points.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -points.get(i).weightDecay()))
                .toList();
    }
}
