package org.swav4j.encode;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.swav4j.augment.WorkerThreads;

/**
 * Threads that do work in the order it comes, each with scratch of its own that is made, used and closed on that thread.
 *
 * @param <S> the scratch
 */
final class Workers<S extends AutoCloseable> implements AutoCloseable {
    /** Nothing ends the thread that takes it. */
    private final BlockingQueue<Optional<Consumer<S>>> queue = new LinkedBlockingQueue<>();

    private final List<Thread> threads;

    /** Something to do. */
    @FunctionalInterface
    interface Work<S, T> {
        T with(S scratch) throws Exception;
    }

    /** Starts {@code count} daemon threads, within each of which libtorch computes on {@code threadsEach}. */
    Workers(String name, int count, int threadsEach, Supplier<S> scratch) {
        threads = WorkerThreads.start(name, count, threadsEach, () -> run(scratch));
    }

    private void run(Supplier<S> supplier) {
        try (S scratch = supplier.get()) {
            for (Optional<Consumer<S>> work = queue.take(); work.isPresent(); work = queue.take()) {
                work.get().accept(scratch);
            }
        } catch (Exception e) {
            throw new IllegalStateException("a worker's scratch cannot be made or closed", e);
        }
    }

    /** Hands work over. Whatever it throws, its future throws as the cause. */
    <T> CompletableFuture<T> submit(Work<S, T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        queue.add(Optional.of(scratch -> {
            try {
                result.complete(work.with(scratch));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        }));
        return result;
    }

    /** Does what was handed over, ends the threads and waits for them. Nothing may be handed over any more. */
    @Override
    public void close() {
        threads.forEach(t -> queue.add(Optional.empty()));
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
