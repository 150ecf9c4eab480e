package org.swav4j.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import de.bwaldvogel.liblinear.SolverType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvmTrainerTest {
    private static int[] all(MultiLabelFeatures set) {
        return IntStream.range(0, set.size()).toArray();
    }

    private static boolean[] shown(MultiLabelFeatures set, int c) {
        boolean[] positive = new boolean[set.size()];
        for (int i = 0; i < positive.length; i++) {
            positive[i] = set.marks()[i][c] == MultiLabelImages.PRESENT;
        }
        return positive;
    }

    private static double objective(double[] w, float[][] rows, boolean[] positive, double cost) {
        double sum = 0;
        for (double v : w) {
            sum += v * v / 2;
        }
        for (int i = 0; i < rows.length; i++) {
            double slack = Math.max(0, 1 - margin(w, rows[i], positive[i]));
            sum += cost * (positive[i] ? 2 : 1) * slack * slack;
        }
        return sum;
    }

    private static double margin(double[] w, float[] row, boolean positive) {
        double score = w[row.length];
        for (int f = 0; f < row.length; f++) {
            score += w[f] * row[f];
        }
        return positive ? score : -score;
    }

    /** Gradient descent in double precision, with a step that cannot go too far, until nothing moves any more. */
    private static double[] byGradientDescent(float[][] rows, boolean[] positive, double cost) {
        int width = rows[0].length;
        double curvature = 1;
        for (float[] row : rows) {
            double length = 1;
            for (float v : row) {
                length += v * v;
            }
            curvature += 2 * cost * 2 * length;
        }
        double[] w = new double[width + 1];
        double[] gradient = new double[width + 1];
        double largest = 1;
        for (int step = 0; step < 400_000 && largest > 1e-10; step++) {
            System.arraycopy(w, 0, gradient, 0, w.length);
            for (int i = 0; i < rows.length; i++) {
                double slack = 1 - margin(w, rows[i], positive[i]);
                if (slack > 0) {
                    double pull = -2 * cost * (positive[i] ? 2 : -1) * slack;
                    for (int f = 0; f < width; f++) {
                        gradient[f] += pull * rows[i][f];
                    }
                    gradient[width] += pull;
                }
            }
            largest = 0;
            for (int f = 0; f <= width; f++) {
                w[f] -= gradient[f] / curvature;
                largest = Math.max(largest, Math.abs(gradient[f]));
            }
        }
        return w;
    }

    private static double[] vector(LinearSvm svm) {
        double[] w = Arrays.copyOf(svm.weights(), svm.weights().length + 1);
        w[svm.weights().length] = svm.bias();
        return w;
    }

    @ParameterizedTest
    @CsvSource({".05, .1", ".05, 10", ".7, .1", ".7, 10"})
    void bothSolversFindTheMinimum(double noise, double cost) {
        MultiLabelFeatures set = SyntheticSet.draw(60, 2, 4, noise, 1);
        boolean[] positive = shown(set, 0);
        double[] expected = byGradientDescent(set.rows(), positive, cost);
        double least = objective(expected, set.rows(), positive, cost);
        SvmTrainer trainer = new SvmTrainer(set.rows());
        for (SolverType solver : new SolverType[] {SolverType.L2R_L2LOSS_SVC, SolverType.L2R_L2LOSS_SVC_DUAL}) {
            double[] found = vector(trainer.train(all(set), positive, cost, solver));
            assertThat(objective(found, set.rows(), positive, cost)).isBetween(least * (1 - 1e-9), least * (1 + 1e-5));
            assertThat(found).containsExactly(expected, within(1e-2));
        }
    }

    @Test
    void whatCanBeSeparatedIs() {
        MultiLabelFeatures set = SyntheticSet.draw(80, 3, 200, .01, 2);
        SvmTrainer trainer = new SvmTrainer(set.rows());
        for (int c = 0; c < 3; c++) {
            boolean[] positive = shown(set, c);
            LinearSvm svm = trainer.train(all(set), positive, 100);
            for (int i = 0; i < set.size(); i++) {
                assertThat(svm.score(set.rows()[i]) > 0).isEqualTo(positive[i]);
            }
        }
    }

    @Test
    void theFirstImageMayBeOfEitherKind() {
        float[][] rows = {{1, 0}, {0, 1}, {.9f, .1f}, {.1f, .9f}};
        SvmTrainer trainer = new SvmTrainer(rows);
        int[] chosen = {0, 1, 2, 3};
        LinearSvm first = trainer.train(chosen, new boolean[] {true, false, true, false}, 10);
        LinearSvm second = trainer.train(chosen, new boolean[] {false, true, false, true}, 10);
        assertThat(first.score(rows[0])).isPositive();
        assertThat(first.score(rows[1])).isNegative();
        assertThat(second.score(rows[0])).isNegative();
        assertThat(second.score(rows[1])).isPositive();
    }

    @Test
    void theSameRowsGiveTheSameBitsAndNothingIsPrinted() {
        MultiLabelFeatures set = SyntheticSet.draw(50, 2, 80, .5, 3);
        boolean[] positive = shown(set, 1);
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        LinearSvm first;
        LinearSvm second;
        try {
            first = new SvmTrainer(set.rows()).train(all(set), positive, 5);
            SvmTrainer trainer = new SvmTrainer(set.rows());
            trainer.train(all(set), shown(set, 0), 5);
            second = trainer.train(all(set), positive, 5);
        } finally {
            System.setOut(before);
        }
        assertThat(vector(second)).containsExactly(vector(first));
        assertThat(printed.size()).isZero();
    }
}
