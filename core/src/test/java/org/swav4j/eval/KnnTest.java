package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;

class KnnTest {
    private static LabelledFeatures features(double[][] rows, int... labels) {
        double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        try (PointerScope scope = new PointerScope()) {
            return LabelledFeatures.of(Tensors.floats(values, rows.length, rows[0].length), labels);
        }
    }

    /**
     * Neighbours of [1, 0] at similarity 1 (class 0), .8 and .6 (class 1). Relative votes at T = 1: 1 against
     * e^-.2 + e^-.4 = 1.49; at T = .07: 1 against .057 + .003.
     */
    @ParameterizedTest
    @CsvSource({"1, 1, 0", "3, 1, 1", "3, .07, 0", "50, 1, 1"})
    void votesAreWeightedBySimilarity(int k, double temperature, int winner) {
        try (LabelledFeatures train = features(new double[][] {{1, 0}, {.8, .6}, {.6, .8}}, 0, 1, 1);
                LabelledFeatures test = features(new double[][] {{1, 0}}, winner);
                LabelledFeatures wrong = features(new double[][] {{1, 0}}, 1 - winner)) {
            Knn knn = new Knn(k, temperature);
            assertThat(knn.evaluate(train, test, 2)).isEqualTo(new Knn.Result(Math.min(k, 3), temperature, 1, 1, 3, 1));
            assertThat(knn.evaluate(train, wrong, 2).top1()).isZero();
            assertThat(knn.evaluate(train, wrong, 2).top5()).isEqualTo(1);
        }
    }

    /** One neighbour of each of seven classes at falling similarity: the vote ranks them in that order. */
    @Test
    void topFiveAreTheFiveMostVoted() {
        double[][] rows = new double[7][];
        for (int i = 0; i < 7; i++) {
            rows[i] = new double[] {Math.cos(0.2 * i), Math.sin(0.2 * i)};
        }
        double[][] asked = new double[7][];
        Arrays.fill(asked, new double[] {1, 0});
        try (LabelledFeatures train = features(rows, 6, 5, 4, 3, 2, 1, 0);
                LabelledFeatures test = features(asked, 0, 1, 2, 3, 4, 5, 6)) {
            Knn.Result result = new Knn(7, 0.07).evaluate(train, test, 7);
            assertThat(result.top1()).isEqualTo(1 / 7.0);
            assertThat(result.top5()).isEqualTo(5 / 7.0);
        }
    }

    @Test
    void lengthsOfFeaturesDoNotMatter() {
        try (LabelledFeatures train = features(new double[][] {{100, 0}, {0, .001}}, 0, 1);
                LabelledFeatures test = features(new double[][] {{.1, .2}, {3, 2}}, 1, 0)) {
            assertThat(new Knn(1, 0.07).evaluate(train, test, 2).top1()).isEqualTo(1);
        }
    }

    /** More than two blocks of test images, against the definition in float64. */
    @ParameterizedTest
    @CsvSource({"1, .07", "20, .07", "20, 1", "400, .3"})
    void agreesWithTheDefinition(int k, double temperature) {
        int classes = 9;
        int dim = 8;
        Random random = new Random(7);
        double[][] centres = gaussian(random, classes, dim);
        int[] trainLabels = random.ints(300, 0, classes).toArray();
        int[] testLabels = random.ints(600, 0, classes).toArray();
        double[][] train = around(centres, trainLabels, random);
        double[][] test = around(centres, testLabels, random);
        int top1 = 0;
        int atLeast = 0;
        int atMost = 0;
        for (int i = 0; i < test.length; i++) {
            double[] votes = votes(train, trainLabels, test[i], Math.min(k, 300), temperature, classes);
            double own = votes[testLabels[i]];
            long more = Arrays.stream(votes).filter(v -> v > own).count();
            long notLess = Arrays.stream(votes).filter(v -> v >= own).count() - 1;
            top1 += more == 0 && own > 0 ? 1 : 0;
            // classes without a vote tie
            atLeast += notLess < 5 ? 1 : 0;
            atMost += more < 5 ? 1 : 0;
        }
        try (LabelledFeatures bank = features(train, trainLabels);
                LabelledFeatures asked = features(test, testLabels)) {
            Knn.Result result = new Knn(k, temperature).evaluate(bank, asked, classes);
            assertThat(result.top1()).isBetween(0.3, 0.95).isCloseTo(top1 / 600.0, Offset.offset(1e-12));
            assertThat(result.top5()).isBetween(atLeast / 600.0, atMost / 600.0);
            assertThat(result.k()).isEqualTo(Math.min(k, 300));
            assertThat(result.trainImages()).isEqualTo(300);
            assertThat(result.testImages()).isEqualTo(600);
        }
    }

    private static double[] votes(
            double[][] train, int[] labels, double[] asked, int k, double temperature, int classes) {
        double[] similarity =
                Arrays.stream(train).mapToDouble(row -> cosine(row, asked)).toArray();
        double[] votes = new double[classes];
        IntStream.range(0, train.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -similarity[i]))
                .limit(k)
                .forEach(i -> votes[labels[i]] += Math.exp(similarity[i] / temperature));
        return votes;
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return product / Math.sqrt(aa * bb);
    }

    private static double[][] gaussian(Random random, int rows, int dim) {
        double[][] values = new double[rows][dim];
        for (double[] row : values) {
            Arrays.setAll(row, i -> random.nextGaussian());
        }
        return values;
    }

    private static double[][] around(double[][] centres, int[] labels, Random random) {
        double[][] rows = gaussian(random, labels.length, centres[0].length);
        for (int i = 0; i < rows.length; i++) {
            for (int d = 0; d < rows[i].length; d++) {
                rows[i][d] = 1.5 * rows[i][d] + centres[labels[i]][d];
            }
        }
        return rows;
    }

    @Test
    void settingsHaveBounds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Knn(0, 0.07))
                .withMessage("k must be at least 1, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Knn(1, 0))
                .withMessage("temperature must be above 0, not 0.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Knn(1, Double.NaN));
    }
}
