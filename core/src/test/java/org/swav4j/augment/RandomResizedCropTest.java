package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.swav4j.data.RandomKey;

class RandomResizedCropTest {
    private static final int DRAWS = 20_000;

    /** Statistics of 20,000 draws of torchvision 0.14 on a 500×375 image; bounds are about four standard errors. */
    @Test
    void largeCropsAreDistributedAsTorchvisions() {
        Statistics s = draw(.14, 1);
        assertThat(s.areaMean).isCloseTo(.46520, within(.008));
        assertThat(s.areaStd).isCloseTo(.20031, within(.006));
        assertThat(s.areas[0]).isCloseTo(.13971, within(.002));
        assertThat(s.areas[DRAWS - 1]).isCloseTo(.99534, within(.006));
        assertThat(s.logRatioMean).isCloseTo(.034551, within(.0065));
        assertThat(s.logRatioStd).isCloseTo(.162924, within(.005));
        assertThat(s.topMean).isCloseTo(45.98, within(2.2));
        assertThat(s.leftMean).isCloseTo(102.15, within(3.5));
        assertQuantiles(s.areas, .012, .203253, .298301, .453365, .610544, .748295);
        assertQuantiles(s.ratios, .012, .814281, .904963, 1.054227, 1.192746, 1.275871);
    }

    @Test
    void smallCropsAreDistributedAsTorchvisions() {
        Statistics s = draw(.05, .14);
        assertThat(s.areaMean).isCloseTo(.095193, within(.001));
        assertThat(s.areaStd).isCloseTo(.026094, within(.0006));
        assertThat(s.areas[0]).isCloseTo(.049653, within(.0005));
        assertThat(s.areas[DRAWS - 1]).isCloseTo(.140672, within(.0005));
        assertThat(s.logRatioMean).isCloseTo(.001671, within(.0065));
        assertThat(s.logRatioStd).isCloseTo(.166810, within(.004));
        assertThat(s.topMean).isCloseTo(121.48, within(3.0));
        assertThat(s.leftMean).isCloseTo(182.94, within(4.4));
        assertQuantiles(s.areas, .0016, .058773, .072576, .095648, .117920, .130848);
        assertQuantiles(s.ratios, .012, .794521, .865747, 1, 1.156517, 1.259615);
    }

    /** Nothing of a 1000×10 image fits at full scale, so all ten tries fail. */
    @Test
    void fallsBackToTheCentre() {
        assertThat(RandomResizedCrop.draw(1, 1, 1000, 10, RandomKey.of(1, 2, 3)))
                .isEqualTo(new CropBox(493, 0, 13, 10));
        assertThat(RandomResizedCrop.draw(1, 1, 10, 1000, RandomKey.of(1, 2, 3)))
                .isEqualTo(new CropBox(0, 493, 10, 13));
    }

    @Test
    void everyCropLiesWithinTheImageHoweverSmallOrThin() {
        for (int[] size : new int[][] {{1, 1}, {1, 50}, {50, 1}, {2, 3}, {7, 5}, {32, 32}}) {
            for (int i = 0; i < 500; i++) {
                CropBox box = RandomResizedCrop.draw(.05, 1, size[0], size[1], RandomKey.of(0, 0, i));
                assertThat(box.x()).isNotNegative();
                assertThat(box.y()).isNotNegative();
                assertThat(box.width()).isPositive();
                assertThat(box.height()).isPositive();
                assertThat(box.x() + box.width()).isLessThanOrEqualTo(size[0]);
                assertThat(box.y() + box.height()).isLessThanOrEqualTo(size[1]);
            }
        }
    }

    private static void assertQuantiles(double[] sorted, double tolerance, double... expected) {
        double[] at = {.1, .25, .5, .75, .9};
        for (int i = 0; i < at.length; i++) {
            assertThat(sorted[(int) (at[i] * DRAWS)])
                    .as("quantile %s", at[i])
                    .isCloseTo(expected[i], within(tolerance));
        }
    }

    private static Statistics draw(double minScale, double maxScale) {
        Statistics s = new Statistics();
        double[] logRatios = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            CropBox box = RandomResizedCrop.draw(minScale, maxScale, 500, 375, RandomKey.of(31, 0, i));
            s.areas[i] = box.width() * box.height() / (500.0 * 375);
            s.ratios[i] = (double) box.width() / box.height();
            logRatios[i] = Math.log(s.ratios[i]);
            s.topMean += (double) box.y() / DRAWS;
            s.leftMean += (double) box.x() / DRAWS;
        }
        s.areaMean = mean(s.areas);
        s.areaStd = std(s.areas);
        s.logRatioMean = mean(logRatios);
        s.logRatioStd = std(logRatios);
        Arrays.sort(s.areas);
        Arrays.sort(s.ratios);
        return s;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double std(double[] values) {
        double mean = mean(values);
        return Math.sqrt(Arrays.stream(values)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElseThrow());
    }

    private static final class Statistics {
        private final double[] areas = new double[DRAWS];
        private final double[] ratios = new double[DRAWS];
        private double areaMean;
        private double areaStd;
        private double logRatioMean;
        private double logRatioStd;
        private double topMean;
        private double leftMean;
    }
}
