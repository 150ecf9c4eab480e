package org.swav4j.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SilhouetteTest {
    /** Of scikit-learn 1.9.1: silhouette_score(metric='cosine'). */
    @Test
    void likeScikitLearn() {
        float[][] vectors = {{1, 0}, {.8f, .6f}, {.6f, .8f}, {0, 1}, {-1, 0}, {-.6f, .8f}};
        int[] clusters = {0, 0, 1, 1, 2, 1};
        assertThat(Silhouette.mean(vectors, clusters).orElseThrow()).isCloseTo(0.24090752242926158, within(1e-6));
    }

    @Test
    void undefinedOrZero() {
        float[][] vectors = {{1, 0}, {0, 1}, {1, 0}};
        assertThat(Silhouette.mean(vectors, new int[] {4, 4, 4})).isEmpty();
        assertThat(Silhouette.mean(new float[0][], new int[0])).isEmpty();
        assertThat(Silhouette.mean(vectors, new int[] {0, 1, 2})).hasValue(0);
        float[][] alike = {{1, 0}, {1, 0}, {1, 0}, {1, 0}};
        assertThat(Silhouette.mean(alike, new int[] {0, 0, 1, 1})).hasValue(0);
        assertThat(Silhouette.mean(new float[][] {{1, 0}, {1, 0}, {-1, 0}, {-1, 0}}, new int[] {1, 1, 3, 3}))
                .hasValue(1);
    }

    @Test
    void itIsWhatAllPairsOfDistancesGive() {
        SplittableRandom random = new SplittableRandom(4);
        int images = 120;
        float[][] vectors = new float[images][16];
        int[] clusters = new int[images];
        for (int i = 0; i < images; i++) {
            clusters[i] = i == 0 ? 9 : random.nextInt(8);
            double length = 0;
            for (int d = 0; d < 16; d++) {
                vectors[i][d] = (float) (random.nextDouble() - .5 + (d == clusters[i] ? 1.5 : 0));
                length += vectors[i][d] * vectors[i][d];
            }
            for (int d = 0; d < 16; d++) {
                vectors[i][d] /= (float) Math.sqrt(length);
            }
        }
        assertThat(Silhouette.mean(vectors, clusters).orElseThrow())
                .isCloseTo(byPairs(vectors, clusters), within(1e-12))
                .isBetween(.05, .9);
    }

    private static double byPairs(float[][] vectors, int[] clusters) {
        double total = 0;
        for (int i = 0; i < vectors.length; i++) {
            double[] sums = new double[10];
            int[] counts = new int[10];
            for (int j = 0; j < vectors.length; j++) {
                double cosine = 0;
                for (int d = 0; d < vectors[i].length; d++) {
                    cosine += (double) vectors[i][d] * vectors[j][d];
                }
                if (i != j) {
                    sums[clusters[j]] += 1 - cosine;
                    counts[clusters[j]]++;
                }
            }
            double b = Double.POSITIVE_INFINITY;
            for (int c = 0; c < 10; c++) {
                if (c != clusters[i] && counts[c] > 0) {
                    b = Math.min(b, sums[c] / counts[c]);
                }
            }
            double a = sums[clusters[i]] / counts[clusters[i]];
            total += counts[clusters[i]] == 0 ? 0 : (b - a) / Math.max(a, b);
        }
        return total / vectors.length;
    }
}
