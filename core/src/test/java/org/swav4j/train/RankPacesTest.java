package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.swav4j.comm.ThreadRanks;

class RankPacesTest {
    /** Three ranks do 90 images in a step of a tenth of a second or a little more, of which they wait for others 0, 75 and 50 ms. */
    @Test
    void whoWaitsLeastIsSlowest() {
        List<RankPaces> seen = ThreadRanks.run(3, ranks -> {
            Throughput own = new Throughput(90);
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            own.step(10_000_000L * ranks.rank(), new long[] {0, 75_000_000, 50_000_000}[ranks.rank()]);
            return RankPaces.gather(own, new RankAgreement(ranks));
        });
        for (RankPaces paces : seen) {
            assertThat(paces.slowest()).isZero();
            assertThat(paces.least()).isBetween(3.0, 300.0);
            assertThat(paces.most()).isEqualTo(paces.imagesPerSecond()[1]).isGreaterThan(paces.least());
            assertThat(paces.exchangeShare()[0]).isZero();
            assertThat(paces.exchangeShare()[1]).isBetween(0.02, 0.75);
            assertThat(paces.meanExchangeShare())
                    .isCloseTo((paces.exchangeShare()[1] + paces.exchangeShare()[2]) / 3, Offset.offset(1e-12));
            assertThat(paces.dataWaitShare()[0]).isZero();
            assertThat(paces.dataWaitShare()[2]).isGreaterThan(paces.dataWaitShare()[1]);
        }
    }
}
