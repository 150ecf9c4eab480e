package org.swav4j.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RankedImagesTest {
    private static final Offset<Double> EXACT = within(1e-12);

    private static AveragePrecision of(double[] scores, int... marks) {
        byte[] bytes = new byte[marks.length];
        for (int i = 0; i < marks.length; i++) {
            bytes[i] = (byte) marks[i];
        }
        return new RankedImages(scores, bytes).averagePrecision();
    }

    private static void assertThatAp(AveragePrecision found, double points11, double allPoints) {
        assertThat(found.points11()).isCloseTo(points11, EXACT);
        assertThat(found.allPoints()).isCloseTo(allPoints, EXACT);
    }

    @Test
    void threeOfFiveByHand() {
        // precision 1 up to recall 1/3, 2/3 up to 2/3, 3/5 up to 1
        AveragePrecision found = of(new double[] {.9, .8, .7, .6, .5}, 1, -1, 1, -1, 1);
        assertThatAp(found, (4 * 1 + 3 * 2. / 3 + 4 * 3. / 5) / 11, (1 + 2. / 3 + 3. / 5) / 3);
        assertThatAp(of(new double[] {.5, .6, .7, .8, .9}, 1, -1, 1, -1, 1), found.points11(), found.allPoints());
    }

    @Test
    void aHigherPrecisionAtAHigherRecallCountsBefore() {
        assertThatAp(of(new double[] {3, 2, 1}, -1, 1, 1), 2. / 3, 2. / 3);
    }

    @Test
    void recallOfThreeTenthsReachesThePoint() {
        // 3 · .1 > .3 in floating point
        int[] marks = new int[20];
        double[] scores = new double[20];
        for (int i = 0; i < 20; i++) {
            marks[i] = i < 3 || i >= 13 ? 1 : -1;
            scores[i] = -i;
        }
        marks[13] = -1;
        marks[14] = -1;
        marks[15] = -1;
        // of seven: 3/7 lies behind point .4, so precision 1 stands at 0, .1, .2, .3 and .4
        assertThatAp(of(scores, marks), (5 + 6 * 7. / 20) / 11, (3 + 4 * 7. / 20) / 7);
        double[] ten = new double[20];
        int[] tenMarks = new int[20];
        for (int i = 0; i < 20; i++) {
            ten[i] = -i;
            tenMarks[i] = i < 3 || i >= 13 ? 1 : -1;
        }
        assertThatAp(of(ten, tenMarks), (4 + 7 * .5) / 11, (3 + 7 * .5) / 10);
    }

    @Test
    void equalScoresHaveNoOrder() {
        assertThatAp(of(new double[] {1, 1, 1, 1, 1}, 1, 1, -1, -1, -1), .4, .4);
        assertThatAp(of(new double[] {1, 1, 1, 1, 1}, -1, -1, -1, 1, 1), .4, .4);
        for (int[] marks : new int[][] {{1, 1, -1}, {1, -1, 1}}) {
            assertThatAp(of(new double[] {.9, .5, .5}, marks), (6 + 5 * 2. / 3) / 11, (1 + 2. / 3) / 2);
        }
    }

    @Test
    void noneAndAllOfTheClass() {
        assertThat(of(new double[] {1, 2}, -1, -1).points11()).isNaN();
        assertThat(of(new double[] {1, 2}, -1, 0).allPoints()).isNaN();
        assertThat(of(new double[0]).allPoints()).isNaN();
        assertThatAp(of(new double[] {1, 2, 2}, 1, 1, 1), 1, 1);
    }

    @Test
    void imagesThatAreNotCountedChangeNothing() {
        AveragePrecision without = of(new double[] {.9, .8, .7, .6, .5}, 1, -1, 1, -1, 1);
        AveragePrecision with = of(new double[] {2, .9, .8, .7, .7, .6, .5, -1}, 0, 1, -1, 1, 0, -1, 1, 0);
        assertThat(with).isEqualTo(without);
    }

    @Test
    void itIsTheDefinition() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 300; round++) {
            int n = 1 + random.nextInt(30);
            double[] scores = new double[n];
            byte[] marks = new byte[n];
            for (int i = 0; i < n; i++) {
                scores[i] = random.nextInt(round % 2 == 0 ? 5 : 1000);
                marks[i] = (byte) (random.nextInt(3) - 1);
            }
            AveragePrecision found = new RankedImages(scores, marks).averagePrecision();
            AveragePrecision expected = byDefinition(scores, marks);
            assertThat(found.points11()).isCloseTo(expected.points11(), EXACT);
            assertThat(found.allPoints()).isCloseTo(expected.allPoints(), EXACT);
        }
    }

    /** Every threshold's precision and recall by counting; the highest precision at or behind each recall by looking. */
    private static AveragePrecision byDefinition(double[] scores, byte[] marks) {
        int positives = 0;
        for (byte mark : marks) {
            positives += mark == 1 ? 1 : 0;
        }
        if (positives == 0) {
            return AveragePrecision.NONE;
        }
        List<int[]> counts = new ArrayList<>();
        for (double threshold : scores) {
            int seen = 0;
            int right = 0;
            for (int i = 0; i < scores.length; i++) {
                if (scores[i] >= threshold && marks[i] != 0) {
                    seen++;
                    right += marks[i] == 1 ? 1 : 0;
                }
            }
            if (seen > 0) {
                counts.add(new int[] {seen, right});
            }
        }
        double points11 = 0;
        for (int k = 0; k <= 10; k++) {
            points11 += highest(counts, k * positives, 10) / 11;
        }
        double allPoints = 0;
        for (int reached = 1; reached <= positives; reached++) {
            allPoints += highest(counts, reached, 1) / positives;
        }
        return new AveragePrecision(points11, allPoints);
    }

    private static double highest(List<int[]> counts, int least, int times) {
        return counts.stream()
                .filter(c -> c[1] * times >= least)
                .mapToDouble(c -> (double) c[1] / c[0])
                .max()
                .orElse(0);
    }

    @Test
    void anImageCountedTwiceIsTwoImages() {
        double[] scores = {5, 4, 3, 2, 1};
        byte[] marks = {-1, 1, -1, 1, 1};
        AveragePrecision weighted = new RankedImages(scores, marks).averagePrecision(new int[] {1, 2, 0, 1, 3});
        AveragePrecision repeated = of(new double[] {5, 4, 4, 2, 1, 1, 1}, -1, 1, 1, 1, 1, 1, 1);
        assertThatAp(weighted, repeated.points11(), repeated.allPoints());
    }

    @Test
    void whatCannotBeRankedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(new double[] {1, Double.NaN}, 1, -1))
                .withMessage("a score is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(new double[] {1}, 1, -1))
                .withMessage("1 scores, but 2 marks");
    }

    @Test
    void aMeanLeavesOutWhatIsNoNumber() {
        AveragePrecision mean = AveragePrecision.mean(
                List.of(new AveragePrecision(.5, .25), AveragePrecision.NONE, new AveragePrecision(1, .75)));
        assertThatAp(mean, .75, .5);
        assertThat(AveragePrecision.mean(List.of(AveragePrecision.NONE)).allPoints())
                .isNaN();
    }
}
