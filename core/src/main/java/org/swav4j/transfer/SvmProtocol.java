package org.swav4j.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.swav4j.data.DataException;
import org.swav4j.data.RandomKey;
import org.swav4j.eval.Interval;

/**
 * Classification of images that may show several classes by one linear support vector machine per class on frozen features,
 * as VOC07's classification is measured (Goyal et al. 2019, and VISSL after them).
 *
 * <p>Images that are not counted for a class are left out of its training and of its test. VISSL trains on these as on
 * images without the class.
 *
 * @param search how each class's cost is chosen
 * @param seed of the folds
 * @param threads that train; the numbers do not depend on how many
 */
public record SvmProtocol(CostSearch search, long seed, int threads) {
    /** The costs that VISSL chooses from for VOC07. */
    public static final List<Double> COSTS = List.of(.01, .1, 1., 2., 5., 10., 15., 20., 50., 100., 1000.);
    /** Of cross-validation. */
    public static final int FOLDS = 3;

    /** Keep these streams apart from those of crops, orders and label subsets. */
    private static final long FOLD_STREAM = -7_101;

    private static final long BOOTSTRAP_SEED = 0x5AFE;
    private static final int RESAMPLES = 1000;

    /**
     * With what was chosen.
     *
     * @param costs to choose from
     * @param folds of cross-validation
     * @param without the cost of a class with a single image
     */
    public SvmProtocol(List<Double> costs, int folds, double without, long seed, int threads) {
        this(new CostSearch(costs, folds, without), seed, threads);
    }

    /**
     * One class.
     *
     * @param precision on the test images; NaN if nothing could be trained or tested
     * @param cost that was used; NaN if nothing could be trained
     * @param validated whether cross-validation chose it
     * @param trainPositives training images that show it
     * @param trainNegatives training images that do not
     * @param testPositives test images that show it
     */
    public record ClassResult(
            String name,
            AveragePrecision precision,
            double cost,
            boolean validated,
            int trainPositives,
            int trainNegatives,
            int testPositives) {}

    /**
     * All classes.
     *
     * @param mean over the classes that have a number
     * @param points11 of the mean: where it would lie on other test images
     * @param allPoints of the mean: where it would lie on other test images
     */
    public record Result(List<ClassResult> classes, AveragePrecision mean, Interval points11, Interval allPoints) {}

    private record Trained(ClassResult result, RankedImages ranked) {}

    /**
     * Trains on one set and tests on the other.
     *
     * @param done told how many classes are done
     * @throws DataException if no class can be trained and tested
     */
    public Result evaluate(MultiLabelFeatures train, MultiLabelFeatures test, IntConsumer done) {
        requireSameClasses(train, test);
        SvmTrainer trainer = new SvmTrainer(train.rows());
        List<Trained> trained = Tasks.run(train.classNames().size(), threads, c -> one(c, trainer, train, test), done);
        List<ClassResult> classes = trained.stream().map(Trained::result).toList();
        AveragePrecision mean = AveragePrecision.mean(
                classes.stream().map(ClassResult::precision).toList());
        if (Double.isNaN(mean.allPoints())) {
            throw new DataException("no class has training images with and without it, and a test image with it");
        }
        List<RankedImages> ranked =
                trained.stream().map(Trained::ranked).filter(r -> r != null).toList();
        return intervals(classes, mean, ranked, test.size());
    }

    static void requireSameClasses(MultiLabelFeatures train, MultiLabelFeatures test) {
        if (!train.classNames().equals(test.classNames())) {
            throw new IllegalArgumentException("classes " + train.classNames() + " and " + test.classNames());
        }
    }

    private Trained one(int c, SvmTrainer trainer, MultiLabelFeatures train, MultiLabelFeatures test) {
        int positives = train.marked(c, MultiLabelImages.PRESENT).length;
        int negatives = train.marked(c, MultiLabelImages.ABSENT).length;
        int testPositives = test.marked(c, MultiLabelImages.PRESENT).length;
        String name = train.classNames().get(c);
        if (positives == 0 || negatives == 0) {
            return new Trained(
                    new ClassResult(
                            name, AveragePrecision.NONE, Double.NaN, false, positives, negatives, testPositives),
                    null);
        }
        byte[] marks = train.marksOf(c);
        int[] chosen = IntStream.range(0, marks.length)
                .filter(i -> marks[i] != MultiLabelImages.UNCOUNTED)
                .toArray();
        boolean[] positive = new boolean[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            positive[i] = marks[chosen[i]] == MultiLabelImages.PRESENT;
        }
        CostSearch.Choice choice =
                search.choose(trainer, train.rows(), chosen, positive, RandomKey.of(seed, FOLD_STREAM, c));
        LinearSvm svm = trainer.train(chosen, positive, choice.cost());
        RankedImages ranked = new RankedImages(svm.scores(test.rows()), test.marksOf(c));
        return new Trained(
                new ClassResult(
                        name,
                        ranked.averagePrecision(),
                        choice.cost(),
                        choice.isValidated(),
                        positives,
                        negatives,
                        testPositives),
                ranked);
    }

    /** The means of resamples of the test images, the same images for all classes; a class without any is left out of one. */
    private static Result intervals(
            List<ClassResult> classes, AveragePrecision mean, List<RankedImages> ranked, int images) {
        SplittableRandom random = new SplittableRandom(BOOTSTRAP_SEED);
        List<AveragePrecision> means = new ArrayList<>();
        for (int r = 0; r < RESAMPLES; r++) {
            int[] times = new int[images];
            for (int i = 0; i < images; i++) {
                times[random.nextInt(images)]++;
            }
            AveragePrecision resampled = AveragePrecision.mean(
                    ranked.stream().map(one -> one.averagePrecision(times)).toList());
            if (!Double.isNaN(resampled.allPoints())) {
                means.add(resampled);
            }
        }
        return new Result(
                classes,
                mean,
                middle(means.stream()
                        .mapToDouble(AveragePrecision::points11)
                        .sorted()
                        .toArray()),
                middle(means.stream()
                        .mapToDouble(AveragePrecision::allPoints)
                        .sorted()
                        .toArray()));
    }

    private static Interval middle(double[] sorted) {
        int tail = sorted.length / 40;
        return new Interval(sorted[tail], sorted[sorted.length - 1 - tail]);
    }
}
