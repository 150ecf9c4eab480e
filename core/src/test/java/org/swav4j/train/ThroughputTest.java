package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ThroughputTest {
    private static final Offset<Double> ROUNDING = Offset.offset(1e-6);

    private final Throughput throughput = new Throughput(8);

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void beforeTheFirstStepThereIsNoRate() {
        assertThat(throughput.imagesPerSecond()).isZero();
        assertThat(throughput.dataWaitShare()).isZero();
    }

    @Test
    void rateShareAndRestBelongTogether() {
        for (int i = 0; i < 3; i++) {
            sleep(10);
            throughput.step(4_000_000, 0);
        }
        double seconds = 3 * 8 / throughput.imagesPerSecond();
        assertThat(seconds).isGreaterThanOrEqualTo(0.029);
        assertThat(throughput.dataWaitShare()).isCloseTo(0.012 / seconds, ROUNDING);
        assertThat(throughput.remaining(30).toMillis() / 1e3).isCloseTo(10 * seconds, Offset.offset(0.002));
        assertThat(throughput.remaining(0)).isZero();
    }

    @Test
    void aPauseIsLeftOut() {
        sleep(10);
        throughput.step(0, 0);
        double before = throughput.imagesPerSecond();
        sleep(300);
        throughput.skipPause();
        assertThat(throughput.imagesPerSecond()).isCloseTo(before, ROUNDING);
        throughput.step(0, 0);
        assertThat(2 * 8 / throughput.imagesPerSecond() - 8 / before)
                .as("seconds of the step after the pause")
                .isLessThan(0.25);
    }

    @Test
    void onlyTheLastFiftyStepsCount() {
        for (int i = 0; i < 70; i++) {
            throughput.step(1_000_000_000, 0);
        }
        assertThat(throughput.dataWaitShare()).isGreaterThan(1);
        for (int i = 0; i < 50; i++) {
            throughput.step(0, 0);
        }
        assertThat(throughput.dataWaitShare()).isZero();
        throughput.step(7_000_000, 0);
        double seconds = 50 * 8 / throughput.imagesPerSecond();
        assertThat(throughput.dataWaitShare() * seconds).isCloseTo(0.007, ROUNDING);
    }
}
