package org.swav4j.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Ranks as threads of one process: a real exchange between them, for tests that N ranks equal one. */
public final class ThreadRanks {
    private final CyclicBarrier barrier;
    private final Tensor[] offered;
    /** Groups that were made, by their size and number. */
    private final Map<String, ThreadRanks> groups = new ConcurrentHashMap<>();

    private ThreadRanks(int world) {
        this.barrier = new CyclicBarrier(world);
        this.offered = new Tensor[world];
    }

    /** Runs a body on every rank; the results by rank. Tensors a body makes outside its own scopes stay valid. */
    public static <T> List<T> run(int world, Function<Collective, T> body) {
        ThreadRanks ranks = new ThreadRanks(world);
        List<T> results = new ArrayList<>(java.util.Collections.nCopies(world, null));
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            int own = rank;
            Thread thread = new Thread(() -> {
                try {
                    results.set(own, body.apply(ranks.new Rank(own)));
                } catch (Throwable e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                    ranks.reset();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a rank failed", failures.get(0));
        }
        return results;
    }

    /** Wakes whoever waits for a rank that is gone. */
    private void reset() {
        barrier.reset();
        groups.values().forEach(ThreadRanks::reset);
    }

    private interface Reduction {
        Tensor apply(Tensor a, Tensor b);
    }

    private final class Rank implements Collective {
        private final int rank;
        private int made;

        Rank(int rank) {
            this.rank = rank;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public int world() {
            return offered.length;
        }

        @Override
        public void sum(Tensor tensor) {
            reduce(tensor, Tensor::add);
        }

        @Override
        public void max(Tensor tensor) {
            reduce(tensor, Tensor::maximum);
        }

        @Override
        public Collective groups(int size) {
            Collective.requireGroups(size, world());
            ThreadRanks group =
                    groups.computeIfAbsent(made++ + "." + rank / size + "." + size, name -> new ThreadRanks(size));
            return group.new Rank(rank % size);
        }

        @Override
        public void broadcast(Tensor tensor, int root) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                offered[rank] = tensor.clone();
                await();
                tensor.copy_(offered[root]);
                await();
            }
        }

        private void reduce(Tensor tensor, Reduction reduction) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                offered[rank] = tensor.clone();
                await();
                Tensor result = offered[0];
                for (int other = 1; other < offered.length; other++) {
                    result = reduction.apply(result, offered[other]);
                }
                tensor.copy_(result);
                await();
            }
        }

        private void await() {
            try {
                barrier.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException("another rank is gone", e);
            }
        }
    }
}
