package org.swav4j.dataset.pack;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.swav4j.augment.WorkerThreads;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;

/**
 * The samples of a range of places, made by several threads and taken in order by one. Broken images are skipped and
 * noted. How far the threads run ahead is bounded by the bytes that wait to be taken.
 */
final class SampleStream implements AutoCloseable {
    /** Thrown to the one who takes samples, once the packing was asked to stop. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("stopped", null, false, false);
        }
    }

    private static final long MAX_WAITING_BYTES = 64L << 20;
    private static final int MAX_WAITING = 4096;
    private static final long ASK_MILLIS = 100;
    private static final long CLOSE_PATIENCE_MILLIS = 30_000;

    private final EpochOrder order;
    private final ImageSource.Reading reading;
    private final int end;
    private final BooleanSupplier stop;
    private final List<Thread> threads;
    /** Taken by the one thread only. */
    private final List<PackRecord.Broken> broken = new ArrayList<>();

    private int place;
    private TarSample head;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition ready = lock.newCondition();
    private final Map<Integer, SampleEncoder.Outcome> waiting = new HashMap<>();
    private long waitingBytes;
    private int claimed;
    private int taken;
    private boolean closed;
    private Throwable failure;

    /**
     * Starts the threads.
     *
     * @param order the image at each place
     * @param first place of the first sample
     * @param end the place behind the last one
     */
    SampleStream(
            ImageSource source,
            EpochOrder order,
            int first,
            int end,
            int workers,
            Supplier<SampleEncoder> encoders,
            BooleanSupplier stop) {
        this.order = order;
        reading = source.reading(order, first);
        this.end = end;
        this.stop = stop;
        place = first;
        claimed = first;
        taken = first;
        threads = WorkerThreads.start("pack", Math.max(1, Math.min(workers, end - first)), () -> work(encoders));
    }

    private void work(Supplier<SampleEncoder> encoders) {
        try (SampleEncoder encoder = encoders.get()) {
            for (int claim = claim(); claim < end; claim = claim()) {
                done(claim, encoder.encode(order.image(claim), reading, claim));
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** The next place to work on; {@code end} when there is none. */
    private int claim() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && failure == null && claimed < end) {
                // places are claimed in order, so whenever something waits the one to be taken next is being made
                if (waitingBytes < MAX_WAITING_BYTES && claimed - taken < MAX_WAITING) {
                    return claimed++;
                }
                room.await();
            }
            return end;
        } finally {
            lock.unlock();
        }
    }

    private void done(int at, SampleEncoder.Outcome outcome) {
        lock.lock();
        try {
            waiting.put(at, outcome);
            waitingBytes += outcome.bytes();
            ready.signal();
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
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next sample, which stays the next one until {@link #take}; null at the end. */
    TarSample peek() {
        while (head == null && place < end) {
            SampleEncoder.Outcome outcome = await(place);
            head = outcome.sample();
            if (head == null) {
                broken.add(new PackRecord.Broken(place, outcome.name(), outcome.reason()));
                place++;
            }
        }
        return head;
    }

    /** Goes on to the sample after the one seen last. */
    void take() {
        head = null;
        place++;
    }

    /** The place of the next sample; behind a {@link #peek} that found none, the end. */
    int place() {
        return place;
    }

    /** The broken images before {@link #place} that were not asked for yet. */
    List<PackRecord.Broken> takeBroken() {
        List<PackRecord.Broken> found = List.copyOf(broken);
        broken.clear();
        return found;
    }

    private SampleEncoder.Outcome await(int at) {
        lock.lock();
        try {
            while (true) {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                SampleEncoder.Outcome outcome = waiting.remove(at);
                if (outcome != null) {
                    waitingBytes -= outcome.bytes();
                    taken = at + 1;
                    room.signalAll();
                    return outcome;
                }
                if (failure instanceof RuntimeException e) {
                    throw e;
                }
                if (failure instanceof Error e) {
                    throw e;
                }
                if (failure != null) {
                    throw new IllegalStateException("a packing thread failed: " + failure, failure);
                }
                ready.awaitNanos(TimeUnit.MILLISECONDS.toNanos(ASK_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the threads, each after the image it is at. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        // threads that wait for an image come back
        reading.close();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_PATIENCE_MILLIS);
        boolean interrupted = Thread.interrupted();
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            try {
                thread.join(Math.max(1, left));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
