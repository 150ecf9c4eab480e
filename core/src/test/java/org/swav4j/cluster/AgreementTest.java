package org.swav4j.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AgreementTest {
    /** Of scikit-learn 1.9.1: normalized_mutual_info_score, adjusted_mutual_info_score, adjusted_rand_score. */
    private static void assertLikeScikit(int[] clusters, int[] classes, double nmi, double ami, double ari) {
        for (Agreement agreement : new Agreement[] {Agreement.of(clusters, classes), Agreement.of(classes, clusters)}) {
            assertThat(agreement.nmi()).isCloseTo(nmi, within(1e-12));
            assertThat(agreement.ami()).isCloseTo(ami, within(1e-11));
            assertThat(agreement.ari()).isCloseTo(ari, within(1e-12));
        }
    }

    private static int[] numbers(int count, IntUnaryOperator rule) {
        return IntStream.range(0, count).map(rule).toArray();
    }

    @Test
    void workedByHand() {
        // cells: (0,0) 2, (1,0) 1, (1,1) 3
        Agreement agreement = Agreement.of(new int[] {0, 0, 1, 1, 1, 1}, new int[] {0, 0, 0, 1, 1, 1});
        assertThat(agreement.purity()).isEqualTo(5. / 6);
        // pairs together in both 1 + 0 + 3 of 15; in clusters 1 + 6, in classes 3 + 3; by chance 7 · 6 / 15
        assertThat(agreement.ari()).isCloseTo((4 - 42. / 15) / ((7 + 6) / 2. - 42. / 15), within(1e-15));
        double information =
                2. / 6 * Math.log(2 * 6 / 6.) + 1. / 6 * Math.log(6 / 12.) + 3. / 6 * Math.log(3 * 6 / 12.);
        double entropies = -(1. / 3 * Math.log(1. / 3) + 2. / 3 * Math.log(2. / 3)) + Math.log(2);
        assertThat(agreement.nmi()).isCloseTo(2 * information / entropies, within(1e-15));
    }

    @Test
    void likeScikitLearn() {
        assertLikeScikit(
                new int[] {0, 0, 1, 1, 2, 2, 2, 1, 0, 3},
                new int[] {0, 0, 0, 1, 1, 1, 2, 2, 2, 2},
                0.3141486210515248,
                -0.05439364085121165,
                -0.04938271604938271);
        int[] clusters = numbers(1000, i -> (i * i + 3 * i) % 37);
        int[] classes = numbers(1000, i -> i * i % 37 / 4);
        assertLikeScikit(clusters, classes, 0.6265401893360513, 0.6135544300433733, 0.29135563557975896);
        int[] unrelated = numbers(1000, i -> i * 7919 % 101 % 13);
        assertLikeScikit(unrelated, classes, 0.0029197503380871057, -0.021128228549151255, -0.00812565421739924);
    }

    @Test
    void extremes() {
        assertLikeScikit(new int[] {0, 0, 0, 0}, new int[] {0, 0, 1, 1}, 0, 0, 0);
        assertLikeScikit(new int[] {0, 1, 2, 3}, new int[] {0, 0, 1, 1}, 2. / 3, 0, 0);
        assertLikeScikit(new int[] {3, 1, 2, 0}, new int[] {0, 1, 2, 3}, 1, 1, 1);
        assertLikeScikit(new int[] {5, 5, 5}, new int[] {2, 2, 2}, 1, 1, 1);
        assertLikeScikit(new int[] {4}, new int[] {0}, 1, 1, 1);
        assertThat(Agreement.of(new int[] {0, 1, 2, 3}, new int[] {0, 0, 1, 1}).purity())
                .isOne();
        assertThatIllegalArgumentException().isThrownBy(() -> Agreement.of(new int[0], new int[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> Agreement.of(new int[2], new int[3]));
    }

    @Test
    void adjustedFiguresAreZeroForChanceAndOthersAreNot() {
        SplittableRandom random = new SplittableRandom(1);
        int[] classes = numbers(3000, i -> i % 10);
        int[] clusters = numbers(3000, i -> random.nextInt(200));
        Agreement agreement = Agreement.of(clusters, classes);
        assertThat(agreement.ami()).isCloseTo(0, within(.01));
        assertThat(agreement.ari()).isCloseTo(0, within(.002));
        assertThat(agreement.nmi()).isGreaterThan(.05);
        assertThat(agreement.purity()).isGreaterThan(.2);
    }

    /** The definition itself: over all orders of the classes. */
    @Test
    void theInformationExpectedIsTheMeanOverAllPermutations() {
        int[] clusters = {0, 0, 0, 1, 1, 2, 2};
        int[] classes = {0, 1, 1, 0, 0, 1, 2};
        double[] sum = new double[2];
        permute(classes.clone(), 0, order -> {
            sum[0] += Contingency.of(clusters, order).mutualInformation();
            sum[1]++;
        });
        double expected = sum[0] / sum[1];
        Contingency table = Contingency.of(clusters, classes);
        double most = (Contingency.entropy(table.rowSums()) + Contingency.entropy(table.columnSums())) / 2;
        assertThat(sum[1]).isEqualTo(5040);
        assertThat(Agreement.of(clusters, classes).ami())
                .isCloseTo((table.mutualInformation() - expected) / (most - expected), within(1e-12));
    }

    static void permute(int[] values, int from, Consumer<int[]> each) {
        if (from == values.length) {
            each.accept(Arrays.copyOf(values, values.length));
            return;
        }
        for (int i = from; i < values.length; i++) {
            swap(values, from, i);
            permute(values, from + 1, each);
            swap(values, from, i);
        }
    }

    private static void swap(int[] values, int i, int j) {
        int moved = values[i];
        values[i] = values[j];
        values[j] = moved;
    }
}
