package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class LossWatchTest {
    private static LossWatch after(int losses, double loss) {
        LossWatch watch = new LossWatch();
        for (int step = 0; step < losses; step++) {
            watch.check(loss + 0.1 * (step % 3 - 1), step, 0.1);
        }
        return watch;
    }

    @Test
    void aLeapIsALossHalfAsLargeAgainAsUsual() {
        LossWatch watch = after(60, 6);
        assertThat(watch.check(8.9, 60, 0.1)).as("within").isEqualTo(8.9);
        LossWatch other = after(60, 6);
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> other.check(9.1, 60, 0.25))
                .withMessageMatching("the loss leapt from about (6\\.0|5\\.9).*")
                .withMessageContaining(" to 9.100 at step 60 (learning rate 0.2500). Try a lower --base-lr");
        assertThat(other.check(6.1, 61, 0.1)).as("the leap was not remembered").isEqualTo(6.1);
    }

    @Test
    void aSmallLossMayDouble() {
        assertThat(after(60, 0.5).check(1.4, 60, 0.1)).isEqualTo(1.4);
    }

    @Test
    void theFirstLossesAreTakenAsTheyCome() {
        assertThat(after(49, 6).check(60, 49, 0.1)).isEqualTo(60);
    }

    @Test
    void whatIsNoNumberIsRefusedFromTheFirst() {
        for (double loss : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThatExceptionOfType(DivergedException.class)
                    .isThrownBy(() -> new LossWatch().check(loss, 3, 0.1))
                    .withMessageMatching("the loss is (not a number|infinite) at step 3 .*");
        }
    }

    @Test
    void aRestoredMemoryJudgesAlike() {
        LossWatch restored = new LossWatch();
        restored.restore(after(60, 6).memory());
        assertThatExceptionOfType(DivergedException.class).isThrownBy(() -> restored.check(9.2, 60, 0.1));
    }
}
