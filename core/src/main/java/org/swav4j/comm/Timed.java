package org.swav4j.comm;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.pytorch.Tensor;

/**
 * Says how long this rank stood still in operations over ranks, those of its {@linkplain #groups groups} with them: the exchange
 * itself, and the wait for whoever came later. What goes on beside the training counts from the moment it is waited for. Of
 * tensors on GPUs, for which the host does not wait, it sees next to nothing.
 */
public final class Timed implements Collective {
    private final Collective ranks;
    private final AtomicLong nanos;

    public Timed(Collective ranks) {
        this(ranks, new AtomicLong());
    }

    private Timed(Collective ranks, AtomicLong nanos) {
        this.ranks = ranks;
        this.nanos = nanos;
    }

    /** Nanoseconds since this was last called. */
    public long take() {
        return nanos.getAndSet(0);
    }

    private void time(Runnable operation) {
        long begun = System.nanoTime();
        operation.run();
        nanos.addAndGet(System.nanoTime() - begun);
    }

    @Override
    public int rank() {
        return ranks.rank();
    }

    @Override
    public int world() {
        return ranks.world();
    }

    @Override
    public int localRank() {
        return ranks.localRank();
    }

    @Override
    public void sum(Tensor tensor) {
        time(() -> ranks.sum(tensor));
    }

    @Override
    public void max(Tensor tensor) {
        time(() -> ranks.max(tensor));
    }

    @Override
    public void broadcast(Tensor tensor, int root) {
        time(() -> ranks.broadcast(tensor, root));
    }

    @Override
    public Pending sumLater(Tensor tensor) {
        long begun = System.nanoTime();
        Pending pending = ranks.sumLater(tensor);
        nanos.addAndGet(System.nanoTime() - begun);
        return () -> time(pending::await);
    }

    @Override
    public Tensor gather(Tensor own) {
        long begun = System.nanoTime();
        Tensor gathered = ranks.gather(own);
        nanos.addAndGet(System.nanoTime() - begun);
        return gathered;
    }

    @Override
    public Collective groups(int size) {
        return new Timed(ranks.groups(size), nanos);
    }

    /** Not timed: what rank 0 does alone is no exchange. */
    @Override
    public void first(Runnable work) {
        ranks.first(work);
    }

    @Override
    public void meet() {
        time(ranks::meet);
    }

    @Override
    public void now(long step) {
        ranks.now(step);
    }

    @Override
    public Optional<RankLostException> failure() {
        return ranks.failure();
    }
}
