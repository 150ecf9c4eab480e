package org.swav4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.swav4j.sample.SampleImages.Split;

/** What makes the sample set worth pretraining on: neither colour nor raw pixels tell its classes apart. */
class SampleDifficultyTest {
    private static final int CLASSES = SampleClass.values().length;
    private static final int TRAIN = 120;
    private static final int TEST = 30;
    private static final int SMALL = SampleScene.SIDE / 3;

    private static float[][] train;
    private static float[][] test;

    @BeforeAll
    static void draw() {
        train = smallImages(Split.TRAIN, TRAIN);
        test = smallImages(Split.TEST, TEST);
    }

    @Test
    void rawPixelsAreAPoorGuide() {
        float[][] bank = normalised(train);
        float[][] queries = normalised(test);
        assertThat(accuracy(bank, queries)).isBetween(0.05, 0.28);
    }

    @Test
    void colourCarriesNoClassInformation() {
        // analysis of variance: between-class variance of an image's mean colour is what chance makes it
        for (int channel = 0; channel < 3; channel++) {
            double[] means = new double[train.length];
            for (int i = 0; i < means.length; i++) {
                for (int p = channel; p < train[i].length; p += 3) {
                    means[i] += train[i][p] / (SMALL * SMALL);
                }
            }
            double all = IntStream.range(0, means.length)
                    .mapToDouble(i -> means[i])
                    .average()
                    .orElseThrow();
            double between = 0;
            double within = 0;
            for (int c = 0; c < CLASSES; c++) {
                int first = c * TRAIN;
                double mean = IntStream.range(first, first + TRAIN)
                        .mapToDouble(i -> means[i])
                        .average()
                        .orElseThrow();
                between += TRAIN * (mean - all) * (mean - all) / (CLASSES - 1);
                for (int i = first; i < first + TRAIN; i++) {
                    within += (means[i] - mean) * (means[i] - mean) / (CLASSES * (TRAIN - 1));
                }
            }
            // F with 11 and 1428 degrees of freedom is below 2.87 in 999 of 1000 draws
            assertThat(between / within).as("channel %d", channel).isLessThan(2.87);
        }
    }

    /** Images at a third of their side, averaged: [image][SMALL * SMALL * 3], class after class. */
    private static float[][] smallImages(Split split, int perClass) {
        SampleClass[] classes = SampleClass.values();
        return IntStream.range(0, classes.length * perClass)
                .parallel()
                .mapToObj(i -> small(SampleImages.pixels(classes[i / perClass], split, i % perClass, 31)))
                .toArray(float[][]::new);
    }

    private static float[] small(byte[] rgb) {
        float[] small = new float[SMALL * SMALL * 3];
        for (int i = 0; i < rgb.length; i++) {
            int pixel = i / 3;
            int y = pixel / SampleScene.SIDE / 3;
            int x = pixel % SampleScene.SIDE / 3;
            small[3 * (y * SMALL + x) + i % 3] += (rgb[i] & 255) / 9f;
        }
        return small;
    }

    private static float[][] normalised(float[][] images) {
        float[][] result = new float[images.length][];
        for (int i = 0; i < images.length; i++) {
            float[] v = images[i].clone();
            double mean = 0;
            for (float value : v) {
                mean += value / v.length;
            }
            double square = 0;
            for (int j = 0; j < v.length; j++) {
                v[j] -= (float) mean;
                square += v[j] * v[j];
            }
            for (int j = 0; j < v.length; j++) {
                v[j] /= (float) Math.sqrt(square);
            }
            result[i] = v;
        }
        return result;
    }

    /** Share of queries whose class has most votes, by similarity, among the 20 nearest. */
    private static double accuracy(float[][] bank, float[][] queries) {
        long right = IntStream.range(0, queries.length)
                .parallel()
                .filter(q -> nearestClass(bank, queries[q]) == q / TEST)
                .count();
        return (double) right / queries.length;
    }

    private static int nearestClass(float[][] bank, float[] query) {
        double[] similarity = new double[bank.length];
        for (int i = 0; i < bank.length; i++) {
            for (int j = 0; j < query.length; j++) {
                similarity[i] += bank[i][j] * query[j];
            }
        }
        double[] votes = new double[CLASSES];
        IntStream.range(0, bank.length)
                .boxed()
                .sorted((a, b) -> Double.compare(similarity[b], similarity[a]))
                .limit(20)
                .forEach(i -> votes[i / TRAIN] += Math.exp(similarity[i] / 0.07));
        int best = 0;
        for (int c = 1; c < CLASSES; c++) {
            best = votes[c] > votes[best] ? c : best;
        }
        return best;
    }
}
