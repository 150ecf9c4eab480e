package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TimedTest {
    private static final long LATE_MILLIS = 300;

    private interface Operation {
        void on(Collective ranks, Tensor tensor);
    }

    /** How long each of two ranks stood still in an operation that rank 1 comes late to, ms. */
    private static List<Long> standing(Operation operation) {
        return ThreadRanks.run(2, ranks -> {
            Timed timed = new Timed(ranks);
            Collective group = timed.groups(2);
            try (PointerScope scope = new PointerScope()) {
                Tensor tensor = torch.ones(3);
                // whoever loads libtorch first has not come early
                ranks.sum(tensor);
                if (ranks.rank() == 1) {
                    sleep();
                }
                operation.on(group, tensor);
            }
            long taken = timed.take();
            assertThat(timed.take()).isZero();
            return TimeUnit.NANOSECONDS.toMillis(taken);
        });
    }

    private static void sleep() {
        try {
            Thread.sleep(LATE_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoComesEarlyStandsStill() {
        for (Operation operation : List.<Operation>of(
                Collective::sum,
                (ranks, tensor) -> ranks.sumLater(tensor).await(),
                (ranks, tensor) -> ranks.broadcast(tensor, 0),
                Collective::gather)) {
            List<Long> millis = standing(operation);
            assertThat(millis.get(0)).isBetween(LATE_MILLIS - 50, LATE_MILLIS + 5_000);
            assertThat(millis.get(1)).isLessThan(millis.get(0) - LATE_MILLIS / 2);
        }
    }

    @Test
    void whatRankZeroDoesAloneIsNoExchange() {
        assertThat(standing((ranks, tensor) -> {
                    if (ranks.rank() == 0) {
                        sleep();
                    }
                }))
                .containsExactly(0L, 0L);
    }
}
