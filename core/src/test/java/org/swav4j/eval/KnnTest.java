package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
            Knn.Result right = only(knn, train, test, 2);
            assertThat(right.k()).isEqualTo(Math.min(k, 3));
            assertThat(right.temperature()).isEqualTo(temperature);
            assertThat(right.top1()).isEqualTo(1);
            assertThat(right.trainImages()).isEqualTo(3);
            assertThat(right.testImages()).isEqualTo(1);
            assertThat(only(knn, train, wrong, 2).top1()).isZero();
            assertThat(only(knn, train, wrong, 2).top5())
                    .as("a class that no neighbour is of is not predicted")
                    .isEqualTo(k == 1 ? 0 : 1);
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
            Knn.Result result = only(new Knn(7, 0.07), train, test, 7);
            assertThat(result.top1()).isEqualTo(1 / 7.0);
            assertThat(result.top5()).isEqualTo(5 / 7.0);
        }
    }

    @Test
    void lengthsOfFeaturesDoNotMatter() {
        try (LabelledFeatures train = features(new double[][] {{100, 0}, {0, .001}}, 0, 1);
                LabelledFeatures test = features(new double[][] {{.1, .2}, {3, 2}}, 1, 0)) {
            assertThat(only(new Knn(1, 0.07), train, test, 2).top1()).isEqualTo(1);
        }
    }

    /** Several blocks of test images, and all k of one pass, against the definition in float64. */
    @ParameterizedTest
    @ValueSource(doubles = {.07, 1})
    void agreesWithTheDefinition(double temperature) {
        int classes = 9;
        int dim = 8;
        List<Integer> ks = List.of(20, 1, 3, 400);
        Random random = new Random(7);
        double[][] centres = gaussian(random, classes, dim);
        int[] trainLabels = random.ints(300, 0, classes).toArray();
        int[] testLabels = random.ints(1100, 0, classes).toArray();
        double[][] train = around(centres, trainLabels, random);
        double[][] test = around(centres, testLabels, random);
        try (LabelledFeatures bank = features(train, trainLabels);
                LabelledFeatures asked = features(test, testLabels)) {
            List<Knn.Result> results = new Knn(ks, temperature).evaluate(bank, asked, names(classes));
            assertThat(results).extracting(Knn.Result::k).containsExactly(20, 1, 3, 300);
            for (Knn.Result result : results) {
                int top1 = 0;
                int top5 = 0;
                for (int i = 0; i < test.length; i++) {
                    double[] votes = votes(train, trainLabels, test[i], result.k(), temperature, classes);
                    double own = votes[testLabels[i]];
                    long more = Arrays.stream(votes).filter(v -> v > own).count();
                    top1 += own > 0 && more == 0 ? 1 : 0;
                    top5 += own > 0 && more < 5 ? 1 : 0;
                    assertThat(result.predictions().ranked()[i]).hasSize((int)
                            Math.min(5, Arrays.stream(votes).filter(v -> v > 0).count()));
                }
                assertThat(result.top1()).isBetween(0.3, 0.95).isCloseTo(top1 / 1100.0, Offset.offset(1e-12));
                assertThat(result.top5()).isCloseTo(top5 / 1100.0, Offset.offset(1e-12));
                assertThat(result.trainImages()).isEqualTo(300);
                assertThat(result.testImages()).isEqualTo(1100);
            }
        }
    }

    /** Equal votes: the class of the nearer image wins, and of equally near ones that of the image that comes first. */
    @Test
    void tiesAreDecidedByTheBanksOrder() {
        double[][] bank = {{1, 0}, {0, 1}, {1, 0}, {0, 1}, {1, 0}};
        try (LabelledFeatures train = features(bank, 2, 0, 1, 0, 0);
                LabelledFeatures test = features(new double[][] {{1, 0}}, 0)) {
            List<Knn.Result> results = new Knn(List.of(1, 2, 3, 5), 1e9).evaluate(train, test, names(4));
            assertThat(results)
                    .extracting(r -> r.predictions().ranked()[0])
                    .containsExactly(new int[] {2}, new int[] {2, 1}, new int[] {2, 1, 0}, new int[] {0, 2, 1});
        }
    }

    @Test
    void featuresOfADivergedEncoderPredictNothing() {
        try (LabelledFeatures train = features(new double[][] {{Double.NaN, 0}, {1, Double.NaN}}, 0, 1);
                LabelledFeatures test = features(new double[][] {{1, 0}}, 0)) {
            Knn.Result result = only(new Knn(2, .07), train, test, 2);
            assertThat(result.predictions().ranked()[0]).isEmpty();
            assertThat(result.top5()).isZero();
            assertThat(train.isFinite()).isFalse();
            assertThat(test.isFinite()).isTrue();
        }
    }

    private static Knn.Result only(Knn knn, LabelledFeatures train, LabelledFeatures test, int classes) {
        List<Knn.Result> results = knn.evaluate(train, test, names(classes));
        assertThat(results).hasSize(1);
        return results.get(0);
    }

    private static List<String> names(int classes) {
        return IntStream.range(0, classes).mapToObj(c -> "class" + c).toList();
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
                .isThrownBy(() -> new Knn(List.of(3, 0), 0.07))
                .withMessage("k must be at least 1, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Knn(List.of(), 0.07))
                .withMessage("k is missing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Knn(1, 0))
                .withMessage("temperature must be above 0, not 0.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Knn(1, Double.NaN));
    }
}
