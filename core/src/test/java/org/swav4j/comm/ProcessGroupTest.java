package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.Tensors;

class ProcessGroupTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static Tensor values(double... values) {
        return Tensors.floats(values, values.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void operationsGiveEveryRankTheSame(int world) {
        List<double[]> results = GlooRanks.run(world, TIMEOUT, ranks -> {
            try (PointerScope scope = new PointerScope()) {
                int rank = ranks.rank();
                Tensor sum = values(1, rank);
                ranks.sum(sum);
                Tensor largest = values(-rank, rank, 5).to(ScalarType.Double);
                ranks.max(largest);
                Tensor sent = values(100 + rank);
                ranks.broadcast(sent, world - 1);
                Tensor gathered = ranks.gather(values(rank, 10 * rank).view(1, 2));
                assertThat(gathered.shape()).containsExactly(world, 1, 2);
                return Tensors.doubles(org.bytedeco.pytorch.global.torch.cat(
                        new org.bytedeco.pytorch.TensorVector(
                                sum, largest.to(ScalarType.Float), sent, gathered.flatten(0, 2)),
                        0));
            }
        });
        for (double[] result : results) {
            assertThat(java.util.Arrays.copyOf(result, 6))
                    .containsExactly(world, world * (world - 1) / 2.0, 0, world - 1, 5, 100 + world - 1);
            for (int rank = 0; rank < world; rank++) {
                assertThat(result[6 + 2 * rank]).isEqualTo(rank);
                assertThat(result[7 + 2 * rank]).isEqualTo(10.0 * rank);
            }
        }
    }

    @Test
    void aSumGoesOnBesideOthersAndKeepsLayoutAndType() {
        GlooRanks.run(2, TIMEOUT, ranks -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor image = Tensors.gaussian(ranks.rank(), 2, 3, 4, 5).contiguous(MemoryFormat.ChannelsLast);
                Tensor half = values(1, 2, 3).to(ScalarType.BFloat16);
                Tensor expected = Tensors.gaussian(0, 2, 3, 4, 5).add(Tensors.gaussian(1, 2, 3, 4, 5));
                Pending first = ranks.sumLater(image);
                Pending second = ranks.sumLater(half);
                Tensor between = values(7);
                ranks.sum(between);
                second.await();
                first.await();
                assertThat(image.equal(expected)).isTrue();
                assertThat(Tensors.doubles(half)).containsExactly(2, 4, 6);
                assertThat(Tensors.doubles(between)).containsExactly(14);
            }
            return null;
        });
    }

    @Test
    void groupsOfConsecutiveRanksKeepToThemselves() {
        List<Double> sums = GlooRanks.run(4, TIMEOUT, ranks -> {
            Collective pair = ranks.groups(2);
            assertThat(pair.world()).isEqualTo(2);
            assertThat(pair.rank()).isEqualTo(ranks.rank() % 2);
            try (PointerScope scope = new PointerScope()) {
                Tensor own = values(1 << ranks.rank());
                // the second pair does twice as much, which the first must not notice
                for (int i = 0; i < 1 + ranks.rank() / 2; i++) {
                    own = values(1 << ranks.rank());
                    pair.sum(own);
                }
                return own.item_double();
            }
        });
        assertThat(sums).containsExactly(3.0, 3.0, 12.0, 12.0);
        assertThatThrownBy(() -> GlooRanks.run(2, TIMEOUT, ranks -> ranks.groups(3)))
                .hasMessage("2 ranks cannot be cut into groups of 3");
    }

    @Test
    void theOthersWaitForTheFirst() {
        AtomicBoolean done = new AtomicBoolean();
        GlooRanks.run(3, Duration.ofSeconds(1), ranks -> {
            ranks.first(() -> {
                try {
                    // longer than an operation may take
                    Thread.sleep(1500);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                done.set(true);
            });
            assertThat(done).isTrue();
            assertThat(ranks.fromFirst("config", ranks.rank() == 0 ? "seed: 3" : "other"))
                    .isEqualTo("seed: 3");
            return null;
        });
    }

    @Test
    void whatTheFirstFailsWithEndsTheOthers() {
        assertThatThrownBy(() -> GlooRanks.run(2, TIMEOUT, ranks -> {
                    ranks.first(() -> {
                        throw new IllegalStateException("the disk is full");
                    });
                    return null;
                }))
                .hasMessage("the disk is full")
                .satisfies(
                        e -> assertThat(e.getSuppressed()[0])
                                .isInstanceOf(RankLostException.class)
                                .hasMessageMatching(
                                        "rank 1 of 2 \\(.+\\): waiting for rank 0: rank 0 \\(.+\\) has ended: the disk is full"));
    }

    @Test
    void aRankThatDoesNotArriveIsNamedWithTheOperationAndItsStep() {
        CountDownLatch told = new CountDownLatch(2);
        assertThatThrownBy(() -> GlooRanks.run(3, Duration.ofSeconds(1), ranks -> {
                    ranks.now(12);
                    if (ranks.rank() != 2) {
                        try (PointerScope scope = new PointerScope()) {
                            ranks.sum(values(1, 2));
                        } finally {
                            told.countDown();
                        }
                    } else {
                        awaited(told);
                    }
                    return null;
                }))
                .isInstanceOf(RankLostException.class)
                .hasMessageMatching("rank 0 of 3 \\(.+\\): sum of \\[2\\] in step 12: not there within 1.0 s:"
                        + " rank 2 \\(.+\\), at its own work in step 12 for \\d\\.\\d s")
                .satisfies(e -> assertThat(e.getSuppressed()[0])
                        .hasMessageMatching("rank 1 of 3 \\(.+\\): sum of .+ rank 2 \\(.+\\), at its own work .+"));
    }

    /** Stuck for as long as the others look for it. */
    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void ranksThatAreNotThoseExpectedAreRefused() {
        assertThatThrownBy(() -> GlooRanks.run(2, TIMEOUT, ranks -> {
                    ranks.requireSame("version: 1.0\nimages: abc" + ranks.rank());
                    return null;
                }))
                .hasMessageMatching(
                        "rank 0 \\(.+\\) and rank 1 \\(.+\\) were not started alike:\n  images: abc0 on rank 0, abc1 on rank 1");
        int port = GlooRanks.freePort();
        RankEnvironment alone = new RankEnvironment("127.0.0.1", port, 0, 2, 0, 1);
        // long enough for it to listen on a busy machine
        assertThatThrownBy(() -> ProcessGroup.join(alone, false, Duration.ofSeconds(2)))
                .isInstanceOf(RankLostException.class)
                .hasMessageMatching("rank 0 of 2 \\(.+\\): rank 1 did not come to 127.0.0.1:" + port + " within 2.0 s");
        RankEnvironment early = new RankEnvironment("127.0.0.1", GlooRanks.freePort(), 1, 2, 0, 1);
        assertThatThrownBy(() -> ProcessGroup.join(early, false, Duration.ofMillis(300)))
                .isInstanceOf(RankLostException.class)
                .hasMessageMatching("rank 1 of 2 \\(.+\\): rank 0 does not answer at 127.0.0.1:\\d+ within 0.3 s: .+");
        RankEnvironment nowhere = new RankEnvironment("[::nowhere]", 1, 1, 2, 0, 1);
        assertThatThrownBy(() -> ProcessGroup.join(nowhere, false, Duration.ofMillis(300)))
                .hasMessage("rank 1 of 2: MASTER_ADDR '[::nowhere]': there is no such host (0.3 s)");
    }
}
