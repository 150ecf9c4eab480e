package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DataWaitWatchTest {
    /** Far more than the steps take here, so the share is over a fifth. */
    private static final long LONG = 1_000_000_000;

    private final Throughput throughput = new Throughput(8);

    @Test
    void tellsOnceAfterAWindowOfWaiting() {
        DataWaitWatch watch = new DataWaitWatch(2, 4);
        for (int step = 1; step < 50; step++) {
            throughput.step(LONG, 0);
            assertThat(watch.step(throughput)).as("step %d", step).isEmpty();
        }
        throughput.step(LONG, 0);
        assertThat(watch.step(throughput))
                .hasValueSatisfying(message -> assertThat(message)
                        .matches("data-bound: \\d+ % of the time went into waiting for images; pack them into shards"
                                + " \\(swav data pack\\), or more --workers \\(2 now, on 4 cores\\)"));
        throughput.step(LONG, 0);
        assertThat(watch.step(throughput)).isEmpty();
    }

    @Test
    void moreWorkersThanCoresAreNotAdvised() {
        DataWaitWatch watch = new DataWaitWatch(4, 4);
        for (int step = 0; step < 50; step++) {
            throughput.step(LONG, 0);
        }
        assertThat(watch.step(throughput).orElseThrow())
                .contains("more --workers do not help, as there are 4 on 4 cores");
    }

    @Test
    void aQuickSourceIsNoMatter() {
        DataWaitWatch watch = new DataWaitWatch(2, 4);
        for (int step = 0; step < 200; step++) {
            throughput.step(0, 0);
            assertThat(watch.step(throughput)).isEmpty();
        }
    }
}
