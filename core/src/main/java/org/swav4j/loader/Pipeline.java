package org.swav4j.loader;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.swav4j.augment.WorkerThreads;
import org.swav4j.data.DataException;

/**
 * Batches filled by several threads and taken in order by one. The unit of work is one sample, so a batch is ready sooner the
 * more workers there are. As many batches exist as were given; a batch taken must be released before it is filled again,
 * which bounds how far the workers run ahead.
 */
final class Pipeline implements AutoCloseable {

    /** What one worker does, with scratch of its own. Created, used and closed on the worker's thread. */
    interface Filler extends AutoCloseable {
        void fill(Batch batch, int sample);

        @Override
        void close();
    }

    /** Names the samples of a batch before workers fill it. */
    interface Opener {
        void open(Batch batch, int number);
    }

    private static final long CLOSE_PATIENCE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition ready = lock.newCondition();
    private final List<Thread> threads;
    private final List<Batch> batches;
    private final Deque<Batch> free = new ArrayDeque<>();
    /** In order; all but the last are claimed to the last sample. */
    private final Deque<Job> jobs = new ArrayDeque<>();
    /** Jobs given up on by {@link #start} whose claimed samples are still being filled. */
    private int abandoned;

    /** What the workers share and is freed once they have ended. */
    private final DecodedCache shared;

    private Opener opener;
    private int nextNumber;
    private int endNumber;
    private Throwable failure;
    private boolean closed;
    private long lastWaitNanos;

    /** Starts {@code workers} daemon threads; {@code batches} and {@code shared} become this pipeline's to free. */
    Pipeline(String name, int workers, List<Batch> batches, Supplier<Filler> fillers, DecodedCache shared) {
        this.batches = List.copyOf(batches);
        this.shared = shared;
        free.addAll(batches);
        threads = WorkerThreads.start(name, workers, () -> work(fillers));
    }

    private void work(Supplier<Filler> fillers) {
        try (Filler filler = fillers.get()) {
            for (Claim claim = claim(); claim != null; claim = claim()) {
                filler.fill(claim.job.batch, claim.sample);
                done(claim.job);
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Abandons what was under way and lets the workers fill the batches numbered {@code first} up to {@code end}. */
    void start(int first, int end, Opener how) {
        lock.lock();
        try {
            requireOpen();
            for (Job job : jobs) {
                job.samples = job.claimed;
                if (job.done == job.samples) {
                    free.add(job.batch);
                } else {
                    job.abandoned = true;
                    abandoned++;
                }
            }
            jobs.clear();
            opener = how;
            nextNumber = first;
            endNumber = end;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next batch in order, or null after the last. Throws what a worker threw. */
    Batch next() {
        long start = System.nanoTime();
        lock.lock();
        try {
            while (true) {
                requireOpen();
                if (failure instanceof DataException data) {
                    throw data;
                }
                if (failure != null) {
                    throw new IllegalStateException("a loading thread failed: " + failure, failure);
                }
                Job head = jobs.peek();
                if (head != null && head.done == head.samples) {
                    jobs.remove();
                    head.batch.handedOut(true);
                    return head.batch;
                }
                if (head == null && nextNumber >= endNumber) {
                    return null;
                }
                if (head == null && free.isEmpty() && abandoned == 0) {
                    throw new IllegalStateException("all " + batches.size()
                            + " batches are handed out: release one before asking for the next");
                }
                ready.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        } finally {
            lock.unlock();
            lastWaitNanos = System.nanoTime() - start;
        }
    }

    long lastWaitNanos() {
        return lastWaitNanos;
    }

    /** Gives a batch back to the workers; a second time does nothing. */
    void release(Batch batch) {
        lock.lock();
        try {
            if (batch.handedOut(false) && !closed) {
                free.add(batch);
                work.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private Claim claim() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && failure == null) {
                Job last = jobs.peekLast();
                if (last != null && last.claimed < last.samples) {
                    return new Claim(last, last.claimed++);
                }
                if (nextNumber < endNumber && !free.isEmpty()) {
                    Batch batch = free.remove();
                    opener.open(batch, nextNumber++);
                    jobs.add(new Job(batch));
                    work.signalAll();
                } else {
                    work.await();
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void done(Job job) {
        lock.lock();
        try {
            job.done++;
            if (job.done < job.samples) {
                return;
            }
            if (job.abandoned) {
                abandoned--;
                free.add(job.batch);
                work.signalAll();
            }
            ready.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable e) {
        lock.lock();
        try {
            if (failure == null) {
                failure = e;
            }
            ready.signalAll();
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the loader is closed");
        }
    }

    /** Ends the threads, then frees every batch, those handed out too. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            work.signalAll();
            ready.signalAll();
        } finally {
            lock.unlock();
        }
        if (ended()) {
            batches.forEach(Batch::free);
            shared.close();
        }
    }

    /** Waits for the workers. A thread stuck in a read keeps its batch: losing memory is better than freeing it under a writer. */
    private boolean ended() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_PATIENCE_SECONDS);
        boolean interrupted = false;
        boolean ended = true;
        for (Thread thread : threads) {
            while (thread.isAlive() && System.nanoTime() < deadline) {
                try {
                    thread.join(100);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            ended &= !thread.isAlive();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }

    private static final class Job {
        private final Batch batch;
        private int samples;
        private int claimed;
        private int done;
        private boolean abandoned;

        Job(Batch batch) {
            this.batch = batch;
            this.samples = batch.size();
        }
    }

    private record Claim(Job job, int sample) {}
}
