package org.swav4j.comm;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Native calls that might never return, made by a thread that may stay behind. After one that did not return there are no more. */
final class BoundedCalls implements AutoCloseable {
    private static final int SLICE_MILLIS = 100;
    /** A keeper that lives answers within it. */
    private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();

    private final ExecutorService thread;
    private final Duration timeout;
    private final BooleanSupplier givenUp;
    private boolean stuck;

    /** @param givenUp whether there is no point in waiting any longer */
    BoundedCalls(String name, Duration timeout, BooleanSupplier givenUp) {
        this.timeout = timeout;
        this.givenUp = givenUp;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * What {@code call} returns or throws.
     *
     * @throws IllegalStateException if it does not return in time
     */
    synchronized <T> T call(Callable<T> call) {
        if (stuck) {
            throw new IllegalStateException("does not answer any more");
        }
        Future<T> future = thread.submit(call);
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean shortened = false;
        while (true) {
            try {
                return future.get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (!shortened && givenUp.getAsBoolean()) {
                    shortened = true;
                    deadline = Math.min(deadline, System.nanoTime() + GRACE_NANOS);
                }
                if (System.nanoTime() - deadline > 0) {
                    stuck = true;
                    throw new IllegalStateException("no answer within " + Rendezvous.spoken(timeout), e);
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for other ranks", e);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
