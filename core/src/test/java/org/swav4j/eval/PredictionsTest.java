package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionsTest {
    private static final Predictions OF_FOUR =
            new Predictions(List.of("cat", "dog", "fox"), new int[] {0, 1, 2, 3}, new int[] {0, 0, 1, 1}, new int[][] {
                {0, 1}, {1, 0}, {2, 0}, {}
            });

    @Test
    void countsWhatIsRightInTheFirstPlaces() {
        assertThat(OF_FOUR.top(1)).isEqualTo(.25);
        assertThat(OF_FOUR.top(2)).isEqualTo(.5);
        assertThat(OF_FOUR.top(5))
                .as("rows are as long as the classifier's opinions")
                .isEqualTo(.5);
    }

    @Test
    void confusionCountsRightBySaid() {
        assertThat(OF_FOUR.confusion()).isDeepEqualTo(new int[][] {{1, 1, 0, 0}, {0, 0, 1, 1}, {0, 0, 0, 0}});
        assertThat(OF_FOUR.perClass()).containsExactly(.5, 0, Double.NaN);
    }

    @Test
    void theIntervalIsThatOfABinomial() {
        boolean[] right = new boolean[10_000];
        for (int i = 0; i < 2_000; i++) {
            right[5 * i] = true;
        }
        Interval interval = Interval.ofShare(right);
        // 1.96 standard deviations of a share of .2 in 10,000: .00784
        assertThat(interval.low()).isBetween(.2 - .0088, .2 - .0069);
        assertThat(interval.high()).isBetween(.2 + .0069, .2 + .0088);
        assertThat(Interval.ofShare(right)).isEqualTo(interval);
    }
}
