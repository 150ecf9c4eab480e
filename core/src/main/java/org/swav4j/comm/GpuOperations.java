package org.swav4j.comm;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Operations on GPUs, which the thread that begins them does not wait for. If another rank is lost, that thread may be in native
 * code that waits for the GPU, and would not come back before c10d's own watchdog aborts the process, a minute after the timeout
 * and without a word about ranks. So threads of its own see whether operations are completed, find out who is lost as
 * {@link Completion} does, and end the process if the other thread does not. Without GPUs there is none of this.
 */
final class GpuOperations implements AutoCloseable {
    private static final int SLICE_MILLIS = 200;
    /** What is not completed after it waits for others. */
    private static final long USUAL_NANOS = Duration.ofSeconds(1).toNanos();

    private static final int GRACES_OF_AN_ENDING = 20;

    /** An operation that was begun. */
    interface Operation {
        /**
         * Whether it is completed; may never return, where CUDA is held up by another thread.
         *
         * @throws RuntimeException if it has failed
         */
        boolean isCompleted();

        /** Called once, when it is completed. */
        void release();
    }

    /** One that is under way. */
    private static final class Begun {
        private final String what;
        private final Operation operation;
        private volatile boolean completed;
        private volatile RuntimeException failure;

        Begun(String what, Operation operation) {
            this.what = what;
            this.operation = operation;
        }
    }

    private final Rendezvous rendezvous;
    private final Supplier<Optional<RankLostException>> noticed;
    private final Consumer<RankLostException> ending;
    private final long grace;
    private final ConcurrentLinkedQueue<Begun> underWay = new ConcurrentLinkedQueue<>();
    private final Semaphore begun = new Semaphore(0);
    private volatile boolean closed;

    /**
     * Watches from now on.
     *
     * @param noticed what the thread that begins operations has found out, in which case it ends by itself
     * @param ending says why the process ends, and ends it; called once at most, on another thread
     * @param grace how long that thread may take to notice; twenty times as long to end
     */
    GpuOperations(
            Rendezvous rendezvous,
            Supplier<Optional<RankLostException>> noticed,
            Consumer<RankLostException> ending,
            Duration grace) {
        this.rendezvous = rendezvous;
        this.noticed = noticed;
        this.ending = ending;
        this.grace = grace.toNanos();
        start("gpu operations", this::complete);
        start("gpu watch", this::watch);
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Operations must be given in the order in which they were begun. */
    void add(String what, Operation operation) {
        underWay.add(new Begun(what, operation));
        begun.release();
    }

    /** Takes out what is completed, on the one thread that asks for it. */
    private void complete() {
        while (!closed) {
            Begun next = underWay.peek();
            if (next == null) {
                begun.acquireUninterruptibly();
                continue;
            }
            try {
                next.completed = next.operation.isCompleted();
            } catch (RuntimeException e) {
                // it stays where it is seen
                next.failure = e;
                return;
            }
            if (next.completed) {
                underWay.remove(next);
                next.operation.release();
            } else {
                Rendezvous.pause(SLICE_MILLIS);
            }
        }
    }

    private void watch() {
        try {
            while (!closed) {
                Begun first = underWay.peek();
                if (first == null) {
                    Rendezvous.pause(SLICE_MILLIS);
                } else {
                    await(first);
                }
            }
        } catch (RankLostException e) {
            end(e);
        } finally {
            rendezvous.watch().waitsBeside(null);
        }
    }

    /** Looks at nothing but fields: the thread that asks may be held up. */
    private void await(Begun first) {
        long since = System.nanoTime();
        new Completion(
                        first.what,
                        () -> {
                            Rendezvous.pause(SLICE_MILLIS);
                            if (first.failure != null) {
                                throw rendezvous.lost(first.what, first.failure);
                            }
                            boolean over = first.completed || closed;
                            boolean waits = !over && System.nanoTime() - since > USUAL_NANOS;
                            rendezvous.watch().waitsBeside(waits ? first.what : null);
                            return over;
                        },
                        rendezvous)
                .await();
    }

    private void end(RankLostException why) {
        long since = System.nanoTime();
        while (!closed) {
            long allowed = noticed.get().isPresent() ? GRACES_OF_AN_ENDING * grace : grace;
            if (System.nanoTime() - since > allowed) {
                ending.accept(why);
                return;
            }
            Rendezvous.pause(SLICE_MILLIS);
        }
    }

    /** Watches no more. What is under way is not released: its memory may still be written to. */
    @Override
    public void close() {
        closed = true;
        begun.release();
    }
}
