package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two ranks whose operations on GPUs are others' pretence. */
class GpuOperationsTest {
    private static final Duration GRACE = Duration.ofMillis(100);

    private final CompletableFuture<RankLostException> ended = new CompletableFuture<>();
    private final List<Rendezvous> ranks = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private GpuOperations operations;

    /** Both have met; the first watches its operations. */
    private void meet(Duration timeout, Supplier<Optional<RankLostException>> noticed) throws Exception {
        int port = GlooRanks.freePort();
        List<CompletableFuture<Rendezvous>> joining = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            RankEnvironment environment = new RankEnvironment("127.0.0.1", port, rank, 2, rank, 2);
            joining.add(CompletableFuture.supplyAsync(() -> Rendezvous.join(environment, timeout, notice -> {})));
        }
        for (CompletableFuture<Rendezvous> each : joining) {
            ranks.add(each.get(20, TimeUnit.SECONDS));
        }
        operations = new GpuOperations(ranks.get(0), noticed, ended::complete, GRACE);
    }

    @AfterEach
    void leave() {
        over.countDown();
        operations.close();
        ranks.forEach(Rendezvous::close);
    }

    private record Pretended(Supplier<Boolean> completed, Runnable released) implements GpuOperations.Operation {
        @Override
        public boolean isCompleted() {
            return completed.get();
        }

        @Override
        public void release() {
            released.run();
        }
    }

    private void add(String what, Supplier<Boolean> completed) {
        operations.add(what, new Pretended(completed, () -> {}));
    }

    private String message() throws Exception {
        return ended.get(20, TimeUnit.SECONDS).getMessage();
    }

    private boolean hung() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Test
    void whatIsCompletedIsReleasedInOrderAndEndsNothing() throws Exception {
        meet(Duration.ofSeconds(1), Optional::empty);
        List<Integer> released = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(50);
        AtomicInteger looks = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            int number = i;
            // some need a while
            Supplier<Boolean> completed = () -> number % 20 != 19 || looks.incrementAndGet() % 3 == 0;
            operations.add("sum " + i, new Pretended(completed, () -> {
                released.add(number);
                all.countDown();
            }));
        }
        assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(released).hasSize(50).isSorted();
        // longer than the timeout, in which there is nothing to wait for
        assertThatThrownBy(() -> ended.get(1500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(ranks.get(0).watch().verdict()).isEmpty();
    }

    /** The thread that trains says nothing, as it waits for the GPU. */
    @Test
    void aRankThatIsGoneIsNamedThoughTheGpuNeverComesBack() throws Exception {
        meet(Duration.ofSeconds(3), Optional::empty);
        add("sum of [3] in step 7", () -> false);
        ranks.get(1).watch().close();
        long since = System.nanoTime();
        assertThat(message())
                .matches(
                        "rank 0 of 2 \\(.+\\): sum of \\[3\\] in step 7: lost rank 1 \\(.+\\): gone without a word, as when"
                                + " killed");
        assertThat(System.nanoTime() - since).isLessThan(Duration.ofSeconds(3).toNanos());
    }

    @Test
    void neitherDoesItMatterThatCudaDoesNotEvenSayWhetherItIsCompleted() throws Exception {
        meet(Duration.ofSeconds(2), Optional::empty);
        add("sum of [3] in step 7", this::hung);
        assertThat(message())
                .matches(
                        "rank 0 of 2 \\(.+\\): sum of \\[3\\] in step 7: not there within 2.0 s: rank 1 \\(.+\\), at its own"
                                + " work for \\d\\.\\d s");
    }

    /** Others find out, and the thread here is stuck. */
    @Test
    void whatIsDecidedElsewhereEndsThisProcess() throws Exception {
        meet(Duration.ofMinutes(5), Optional::empty);
        add("sum of [3] in step 7", () -> false);
        Thread.sleep(1500);
        Peer.Answer answer = ranks.get(1).watch().askAll().get(0);
        assertThat(answer.doing().waiting()).as(answer.toString()).isTrue();
        assertThat(answer.doing().text()).startsWith("in sum of [3] in step 7");
        long since = System.nanoTime();
        ranks.get(1).watch().decide("lost rank 5 (far)");
        assertThat(message()).endsWith("sum of [3] in step 7: lost rank 5 (far)");
        assertThat(System.nanoTime() - since).isLessThan(Duration.ofSeconds(4).toNanos());
    }

    @Test
    void whatFailsIsLikeALostRank() throws Exception {
        meet(Duration.ofMinutes(5), Optional::empty);
        ranks.get(1).watch().close();
        add("sum of [3] in step 7", () -> {
            throw new IllegalStateException("NCCL error: remote process exited\nat c10d");
        });
        assertThat(message()).contains("lost rank 1");
    }

    /** It has much to close, and then says the same. */
    @Test
    void aThreadThatHasNoticedIsGivenTheTimeToEnd() throws Exception {
        RankLostException known = new RankLostException("known");
        meet(Duration.ofMinutes(5), () -> Optional.of(known));
        add("sum of [3] in step 7", () -> false);
        ranks.get(1).watch().decide("lost rank 5 (far)");
        assertThatThrownBy(() -> ended.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(message()).as("but not without end").contains("lost rank 5");
    }
}
