package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TrackTest {
    private static Track<Phase> track(int capacity) {
        return new Track<>("t", Phase.class, capacity);
    }

    @Test
    void whatIsUnderWayWhenRecordingBeginsOrEndsIsCutThere() {
        Track<Phase> track = track(10);
        track.now(Phase.WAIT, 100);
        track.begin(130);
        track.now(Phase.FORWARD, 150);
        track.now(null, 180);
        track.now(Phase.BACKWARD, 190);
        track.end(200);
        track.now(Phase.LOSS, 250);
        track.begin(300);
        track.end(310);
        assertThat(track.spans())
                .containsExactly(
                        new Span<>(Phase.WAIT, 130, 150),
                        new Span<>(Phase.FORWARD, 150, 180),
                        new Span<>(Phase.BACKWARD, 190, 200),
                        new Span<>(Phase.LOSS, 300, 310));
        assertThat(track.nanos(Phase.FORWARD)).isEqualTo(30);
        assertThat(track.nanos(Phase.CODES)).isZero();
    }

    @Test
    void withoutRecordingNothingIsKept() {
        Track<Phase> track = track(10);
        track.now(Phase.WAIT, 100);
        track.now(Phase.LOSS, 200);
        assertThat(track.spans()).isEmpty();
        assertThat(track.nanos(Phase.WAIT)).isZero();
    }

    @Test
    void spansBeyondItsRoomAreCountedAndSummedButNotKept() {
        Track<Phase> track = track(3);
        track.begin(0);
        for (int i = 0; i < 10; i++) {
            track.now(Phase.values()[i % 2], 10L * i);
        }
        track.end(100);
        assertThat(track.spans()).hasSize(3).last().isEqualTo(new Span<>(Phase.WAIT, 20, 30));
        assertThat(track.dropped()).isEqualTo(7);
        assertThat(track.nanos(Phase.WAIT)).isEqualTo(50);
        assertThat(track.nanos(Phase.FORWARD)).isEqualTo(50);
    }

    @Test
    void whatWasToldAfterTheEndButBeforeItWasKnownIsTakenBack() {
        Track<Phase> track = track(10);
        track.begin(0);
        track.now(Phase.WAIT, 0);
        track.now(Phase.FORWARD, 90);
        track.now(Phase.LOSS, 110);
        track.now(Phase.BACKWARD, 120);
        track.end(100);
        assertThat(track.spans()).containsExactly(new Span<>(Phase.WAIT, 0, 90), new Span<>(Phase.FORWARD, 90, 100));
        assertThat(track.nanos(Phase.FORWARD)).isEqualTo(10);
        assertThat(track.nanos(Phase.LOSS)).isZero();
    }

    /** Times of two threads may be told in another order than they were read in. */
    @Test
    void aTimeBeforeWhatIsKnownMakesNoSpan() {
        Track<Phase> track = track(10);
        track.now(Phase.WAIT, 50);
        track.begin(100);
        track.now(Phase.FORWARD, 90);
        track.now(Phase.LOSS, 120);
        track.end(130);
        assertThat(track.spans())
                .containsExactly(new Span<>(Phase.FORWARD, 100, 120), new Span<>(Phase.LOSS, 120, 130));
    }

    @Test
    @Timeout(60)
    void oneThreadWritesWhileAnotherSwitchesAndReads() throws InterruptedException {
        Track<Phase> track = track(1 << 20);
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !stop.get(); i++) {
                track.now(Phase.values()[i % Phase.values().length], System.nanoTime());
                if (i % 8 == 0) {
                    LockSupport.parkNanos(20_000);
                }
            }
        });
        writer.start();
        long recorded = 0;
        for (int round = 0; round < 50; round++) {
            long begin = System.nanoTime();
            track.begin(begin);
            Thread.sleep(1);
            assertOrdered(track.spans());
            long end = System.nanoTime();
            track.end(end);
            recorded += end - begin;
        }
        stop.set(true);
        writer.join();
        List<Span<Phase>> spans = track.spans();
        assertOrdered(spans);
        long sum = 0;
        for (Phase phase : Phase.values()) {
            sum += track.nanos(phase);
        }
        assertThat(sum).isPositive().isLessThanOrEqualTo(recorded);
        assertThat(track.dropped()).isZero();
        assertThat(spans.stream().mapToLong(Span::nanos).sum()).isEqualTo(sum);
    }

    private static void assertOrdered(List<Span<Phase>> spans) {
        for (int i = 0; i < spans.size(); i++) {
            assertThat(spans.get(i).end()).isGreaterThan(spans.get(i).start());
            if (i > 0) {
                assertThat(spans.get(i).start())
                        .isGreaterThanOrEqualTo(spans.get(i - 1).end());
            }
        }
    }
}
