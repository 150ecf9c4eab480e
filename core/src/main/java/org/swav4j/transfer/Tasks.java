package org.swav4j.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** Independent pieces of work on several threads. */
final class Tasks {
    private Tasks() {}

    /**
     * The results of pieces 0 to {@code count - 1}, in that order.
     *
     * @param done told, on the calling thread, how many are ready
     */
    static <T> List<T> run(int count, int threads, IntFunction<T> work, IntConsumer done) {
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> new Thread(task, "swav-svm"));
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int piece = i;
                futures.add(pool.submit(() -> work.apply(piece)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
                done.accept(results.size());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }
}
