package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CollapseWatchTest {
    private static final int PROTOTYPES = 100;
    private static final double LN_K = Math.log(PROTOTYPES);
    private static final int PATIENCE = 50;

    private final CollapseWatch watch = new CollapseWatch(PROTOTYPES, PATIENCE);

    /** The first warning of steps {@code from} to {@code to} of one kind, with its step in front. */
    private Optional<String> warning(int from, int to, double loss, double entropy) {
        for (int step = from; step < to; step++) {
            int at = step;
            Optional<String> warning = watch.step(step, loss, entropy).map(w -> at + ": " + w);
            if (warning.isPresent()) {
                return warning;
            }
        }
        return Optional.empty();
    }

    @Test
    void aLossThatStaysAtLnKIsReportedAfterItsPatienceAndOnce() {
        Optional<String> warning = warning(10, 200, LN_K * 1.001, 0.9);
        assertThat(warning)
                .hasValueSatisfying(text -> assertThat(text)
                        .startsWith("60: collapse: the loss has stayed at ln K = 4.605 since step 10")
                        .contains("--epsilon", "--queue-length", "--freeze-prototypes")
                        .doesNotContain("\n"));
        assertThat(warning(200, 500, LN_K, 0.1)).isEmpty();
    }

    @Test
    void aLossThatFallsIsNotReported() {
        assertThat(warning(0, 40, LN_K, 0.9)).isEmpty();
        assertThat(warning(40, 500, 0.9 * LN_K, 0.9)).isEmpty();
    }

    @Test
    void aSingleLowLossIsNoRecovery() {
        assertThat(warning(0, 30, LN_K, Double.NaN)).isEmpty();
        assertThat(watch.step(30, 0.9 * LN_K, Double.NaN)).isEmpty();
        assertThat(warning(31, 200, LN_K, Double.NaN)).isPresent();
    }

    @Test
    void fewPrototypesInUseAreReported() {
        Optional<String> warning = warning(5, 200, 2, 0.12);
        assertThat(warning)
                .hasValueSatisfying(text -> assertThat(text)
                        .startsWith("55: collapse: since step 5 nearly all images are nearest to a few prototypes"
                                + " (usage entropy 0.12 of 1)"));
    }

    @Test
    void theCountStartsAnewWhenUsageRecovers() {
        assertThat(warning(0, 40, 2, 0.1)).isEmpty();
        assertThat(watch.step(40, 2, 0.8)).isEmpty();
        assertThat(warning(41, 91, 2, 0.1)).isEmpty();
        assertThat(warning(91, 92, 2, 0.1)).isPresent();
    }

    @Test
    void anUnmeasuredEntropySaysNothing() {
        assertThat(warning(0, 300, 2, Double.NaN)).isEmpty();
    }
}
