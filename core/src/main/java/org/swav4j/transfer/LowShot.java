package org.swav4j.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.swav4j.data.DataException;
import org.swav4j.data.RandomKey;

/**
 * The same classification from few images, as Goyal et al. (2019) draw them: for each class on its own k training images that
 * show it, and (classes − 1)·k that do not, or all there are of those. A draw's images with a smaller k are among those with a
 * larger one.
 *
 * <p>The cost is one for all. The published figures take, for each k, the cost that is best on the test images; that would
 * be choosing on the test.
 *
 * @param shots the k
 * @param draws for each k
 * @param cost of every machine
 * @param seed of the draws
 * @param threads that train; the numbers do not depend on how many
 */
public record LowShot(List<Integer> shots, int draws, double cost, long seed, int threads) {
    /** Keeps these streams apart from those of crops, orders, label subsets and folds. */
    private static final long STREAM = -7_201;

    /** Refuses what could not be drawn. */
    public LowShot {
        shots = shots.stream().sorted().distinct().toList();
        if (shots.isEmpty() || shots.get(0) < 1 || draws < 1) {
            throw new IllegalArgumentException("shots and draws must be at least 1, not " + shots + " and " + draws);
        }
    }

    /**
     * One k.
     *
     * @param means of each draw, over the classes
     */
    public record Result(int shots, List<AveragePrecision> means) {
        /** Copies the list. */
        public Result {
            means = List.copyOf(means);
        }

        /** Over the draws. */
        public AveragePrecision mean() {
            return AveragePrecision.mean(means);
        }

        /** Over the draws, with n − 1 below; NaN for a single one. */
        public AveragePrecision standardDeviation() {
            return new AveragePrecision(
                    deviation(means.stream()
                            .mapToDouble(AveragePrecision::points11)
                            .toArray()),
                    deviation(means.stream()
                            .mapToDouble(AveragePrecision::allPoints)
                            .toArray()));
        }

        private static double deviation(double[] values) {
            double mean = Arrays.stream(values).average().orElse(Double.NaN);
            double squares =
                    Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
            return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
        }
    }

    /**
     * Checks that there are enough images of every class that is tested.
     *
     * @throws DataException naming the class that has too few
     */
    public void requireEnough(MultiLabelFeatures train, MultiLabelFeatures test) {
        int most = shots.get(shots.size() - 1);
        for (int c : tested(test)) {
            int positives = train.marked(c, MultiLabelImages.PRESENT).length;
            if (positives < most) {
                throw new DataException("--shots: " + most + " images of each class are to be drawn, but class '"
                        + train.classNames().get(c) + "' has " + positives + " training images; the largest can be "
                        + Math.max(positives, 1));
            }
            if (train.marked(c, MultiLabelImages.ABSENT).length == 0) {
                throw new DataException("--shots: every training image shows class '"
                        + train.classNames().get(c) + "'");
            }
        }
    }

    private static int[] tested(MultiLabelFeatures test) {
        return IntStream.range(0, test.classNames().size())
                .filter(c -> test.marked(c, MultiLabelImages.PRESENT).length > 0)
                .toArray();
    }

    /**
     * Trains on draws from one set and tests on the other.
     *
     * @param done told how many of {@code shots · draws} are done
     * @throws DataException if a class has too few images
     */
    public List<Result> evaluate(MultiLabelFeatures train, MultiLabelFeatures test, IntConsumer done) {
        SvmProtocol.requireSameClasses(train, test);
        requireEnough(train, test);
        SvmTrainer trainer = new SvmTrainer(train.rows());
        int[] classes = tested(test);
        List<AveragePrecision> means = Tasks.run(
                shots.size() * draws,
                threads,
                task -> AveragePrecision.mean(IntStream.of(classes)
                        .mapToObj(c -> one(shots.get(task / draws), task % draws, c, trainer, train, test))
                        .toList()),
                done);
        List<Result> results = new ArrayList<>();
        for (int k = 0; k < shots.size(); k++) {
            results.add(new Result(shots.get(k), means.subList(k * draws, (k + 1) * draws)));
        }
        return results;
    }

    private AveragePrecision one(
            int k, int draw, int c, SvmTrainer trainer, MultiLabelFeatures train, MultiLabelFeatures test) {
        int[] with = drawn(train, draw, c, k, MultiLabelImages.PRESENT);
        int others = Math.max(1, train.classNames().size() - 1) * k;
        int[] without = drawn(train, draw, c, others, MultiLabelImages.ABSENT);
        int[] chosen =
                IntStream.concat(IntStream.of(with), IntStream.of(without)).toArray();
        boolean[] positive = new boolean[chosen.length];
        Arrays.fill(positive, 0, with.length, true);
        LinearSvm svm = trainer.train(chosen, positive, cost);
        return new RankedImages(svm.scores(test.rows()), test.marksOf(c)).averagePrecision();
    }

    private int[] drawn(MultiLabelFeatures train, int draw, int c, int count, byte mark) {
        int[] all = train.marked(c, mark);
        Shuffled.inPlace(all, RandomKey.of(seed, STREAM + mark, (long) draw << 32 | c));
        return Arrays.copyOf(all, Math.min(count, all.length));
    }
}
