package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.eval.NearestImages.Neighbours;

class NearestImagesTest {
    private static LabelledFeatures features(double[] values, int rows) {
        try (PointerScope scope = new PointerScope()) {
            return LabelledFeatures.of(Tensors.floats(values, rows, values.length / rows), new int[rows]);
        }
    }

    /** Blocks that divide nothing evenly, or everything at once: the same neighbours, by brute force in float64. */
    @ParameterizedTest
    @CsvSource({"7, 13, 5", "7, 13, 40", "100, 100, 5", "1, 1, 3", "64, 9, 200"})
    void blocksChangeNothing(int testBlock, int bankBlock, int count) {
        int dim = 6;
        Random random = new Random(3);
        double[] train = random.doubles(90L * dim, -1, 1).toArray();
        double[] test = random.doubles(50L * dim, -1, 1).toArray();
        Neighbours[] found = new Neighbours[50];
        try (LabelledFeatures bank = features(train, 90);
                LabelledFeatures asked = features(test, 50)) {
            new NearestImages(bank.features(), count, testBlock, bankBlock)
                    .visit(asked, (row, nearest) -> found[row] = nearest);
        }
        for (int i = 0; i < 50; i++) {
            int row = i;
            int[] expected = IntStream.range(0, 90)
                    .boxed()
                    .sorted(Comparator.comparingDouble(b -> -cosine(test, row, train, b, dim)))
                    .limit(count)
                    .mapToInt(b -> b)
                    .toArray();
            Neighbours nearest = found[i];
            assertThat(IntStream.range(0, nearest.size()).map(nearest::row).toArray())
                    .containsExactly(expected);
            assertThat((double) nearest.similarity(0))
                    .isCloseTo(cosine(test, row, train, expected[0], dim), within(1e-6));
        }
    }

    /** Values that float32 holds exactly, so that similarities are equal to the bit. */
    @Test
    void ofEqualSimilaritiesTheLowerRowIsNearer() {
        double[] train = new double[2 * 40];
        for (int i = 0; i < 40; i++) {
            train[2 * i + i % 2] = 1;
        }
        try (LabelledFeatures bank = features(train, 40);
                LabelledFeatures asked = features(new double[] {0, 1, 1, 0}, 2)) {
            Neighbours[] found = new NearestImages(bank.features(), 25, 1, 7).of(asked, new int[] {1, 0});
            int[] even = IntStream.range(0, 25)
                    .map(i -> i < 20 ? 2 * i : 2 * (i - 20) + 1)
                    .toArray();
            assertThat(IntStream.range(0, 25).map(found[0]::row).toArray()).containsExactly(even);
            assertThat(found[1].row(0)).isEqualTo(1);
            assertThat(found[1].similarity(0)).isEqualTo(1);
        }
    }

    @Test
    void featuresOfDifferentEncodersAreRefused() {
        try (LabelledFeatures bank = features(new double[] {1, 2, 3, 4}, 2);
                LabelledFeatures asked = features(new double[] {1, 2, 3}, 1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new NearestImages(bank, 1).visit(asked, (row, nearest) -> {}))
                    .withMessage("features of 3 numbers cannot be compared with those of 2");
            assertThatIllegalArgumentException().isThrownBy(() -> new NearestImages(bank, 0));
        }
    }

    @Test
    void leavesNoMemoryBehind() {
        try (LabelledFeatures bank = features(new double[] {1, 2, 3, 4}, 2)) {
            new NearestImages(bank, 1).of(bank, new int[] {0});
            long before = Pointer.totalCount();
            for (int i = 0; i < 20; i++) {
                new NearestImages(bank.features(), 1, 1, 1).visit(bank, (row, nearest) -> {});
                new NearestImages(bank, 1).of(bank, new int[] {1});
            }
            assertThat(Pointer.totalCount() - before).isLessThan(20);
        }
    }

    private static double cosine(double[] a, int rowOfA, double[] b, int rowOfB, int dim) {
        double product = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < dim; d++) {
            double x = a[rowOfA * dim + d];
            double y = b[rowOfB * dim + d];
            product += x * y;
            aa += x * x;
            bb += y * y;
        }
        return product / Math.sqrt(aa * bb);
    }
}
