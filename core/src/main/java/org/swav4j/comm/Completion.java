package org.swav4j.comm;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Work;
import org.swav4j.comm.Peer.Answer;

/**
 * The end of one operation, waited for in slices: in between it is seen whether all must end since a rank is lost, whom it
 * waits for is said, and after the timeout it is given up.
 */
final class Completion {
    private static final int SLICE_MILLIS = 200;
    /** Told that all must end, an operation that all ranks have come to is completed all the same. */
    private static final long GRACE_NANOS = Duration.ofMillis(600).toNanos();

    private static final Duration LATEST_NOTICE = Duration.ofSeconds(30);

    private final String what;
    private final BooleanSupplier completed;
    private final Rendezvous rendezvous;
    private final RankWatch watch;
    private final long timeout;
    /** When ranks that do not answer are looked for, so that all is said when the timeout has passed. */
    private final long look;

    private long notice;
    private boolean looked;
    private long condemned;

    /** Of an operation on the host. */
    Completion(String what, Work work, Rendezvous rendezvous) {
        this(what, () -> completed(work), rendezvous);
    }

    /** @param completed waits a little, and says whether the operation is completed */
    Completion(String what, BooleanSupplier completed, Rendezvous rendezvous) {
        this.what = what;
        this.completed = completed;
        this.rendezvous = rendezvous;
        this.watch = rendezvous.watch();
        this.timeout = rendezvous.timeout().toNanos();
        this.look = Math.max(
                timeout / 2,
                timeout - Duration.ofMillis(3L * watch.patienceMillis()).toNanos());
        this.notice = Math.min(timeout / 3, LATEST_NOTICE.toNanos());
    }

    /** @throws RuntimeException that explains nothing, or a {@link RankLostException} */
    void await() {
        long begin = System.nanoTime();
        while (!completed.getAsBoolean()) {
            long waited = System.nanoTime() - begin;
            if (watch.verdict().isPresent()) {
                condemned = condemned == 0 ? System.nanoTime() : condemned;
                if (System.nanoTime() - condemned > GRACE_NANOS) {
                    throw rendezvous.lost(what, new IllegalStateException("it would not be completed"));
                }
            } else if (waited > timeout || (!looked && waited > look)) {
                looked = true;
                give(waited);
            } else if (waited > notice) {
                notice *= 2;
                mention(waited);
            }
        }
    }

    private static boolean completed(Work work) {
        try (Milliseconds slice = new Milliseconds(SLICE_MILLIS)) {
            return work._wait(slice);
        } catch (RuntimeException e) {
            // it may have been completed just after the slice
            return work.isCompleted() && work._wait();
        }
    }

    private void give(long waited) {
        List<Answer> answers = watch.askAll();
        if (answers.stream().anyMatch(Answer::isLost)) {
            throw rendezvous.lost(what, answers);
        }
        if (waited > timeout) {
            throw rendezvous.late(what, answers);
        }
    }

    private void mention(long waited) {
        List<Answer> answers = watch.askAll();
        if (answers.stream().anyMatch(answer -> answer.condition() == Peer.Condition.GONE)) {
            throw rendezvous.lost(what, answers);
        }
        rendezvous.tellSlow(what, waited / 1_000_000_000, answers);
    }
}
