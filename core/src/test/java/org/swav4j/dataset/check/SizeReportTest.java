package org.swav4j.dataset.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.swav4j.dataset.check.SizeReport.Bin;
import org.swav4j.dataset.check.SizeReport.Range;

class SizeReportTest {
    @Test
    void halfOctavesByHand() {
        int[] sides = {32, 45, 46, 64, 127, 91, 90};
        SizeReport report = SizeReport.of(sides, sides);
        double root = Math.sqrt(2);
        assertThat(report.histogram())
                .containsExactly(
                        new Bin(32, 32 * root, 2), // up to 45.25: 32, 45
                        new Bin(32 * root, 64, 1), // 46
                        new Bin(64, 64 * root, 2), // up to 90.5: 64, 90
                        new Bin(64 * root, 128, 2)); // 91, 127
        assertThat(report.shorter()).isEqualTo(new Range(32, 64, 127));
    }

    @Test
    void everyImageIsInOneBinAndBinsAreAdjacent() {
        Random random = new Random(1);
        int[] widths = random.ints(2000, 1, 70_000).toArray();
        int[] heights = random.ints(2000, 1, 70_000).toArray();
        SizeReport report = SizeReport.of(widths, heights);
        assertThat(report.histogram().stream().mapToInt(Bin::images).sum()).isEqualTo(2000);
        for (int i = 1; i < report.histogram().size(); i++) {
            assertThat(report.histogram().get(i).from())
                    .isEqualTo(report.histogram().get(i - 1).to());
        }
        assertThat(report.shorter().least())
                .isGreaterThanOrEqualTo((int) report.histogram().get(0).from());
    }

    @Test
    void ofAnEvenNumberTheMedianIsTheLowerMiddle() {
        assertThat(Range.of(new int[] {9, 1, 5, 7})).isEqualTo(new Range(1, 5, 9));
        assertThat(Range.of(new int[] {4}).single()).isTrue();
    }
}
