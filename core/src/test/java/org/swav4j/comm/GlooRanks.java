package org.swav4j.comm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Ranks as threads of one process that talk by TCP: the transport of real ones. */
public final class GlooRanks {
    private GlooRanks() {}

    /** Runs a body on every rank; the results by rank. If any fail, throws the failure of the lowest, with the others in it. */
    public static <T> List<T> run(int world, Duration timeout, Function<ProcessGroup, T> body) {
        int port = freePort();
        List<T> results = new ArrayList<>(java.util.Collections.nCopies(world, null));
        RuntimeException[] failures = new RuntimeException[world];
        List<Thread> threads = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            int own = rank;
            Thread thread = new Thread(() -> {
                RankEnvironment environment = new RankEnvironment("127.0.0.1", port, own, world, own, world);
                try (ProcessGroup group = ProcessGroup.join(environment, false, timeout)) {
                    try {
                        results.set(own, body.apply(group));
                    } catch (RuntimeException | Error e) {
                        group.leave(String.valueOf(e.getMessage()));
                        throw e;
                    }
                } catch (RuntimeException | Error e) {
                    failures[own] = e instanceof RuntimeException r ? r : new IllegalStateException(e);
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
        RuntimeException first = null;
        for (RuntimeException failure : failures) {
            if (failure != null && first == null) {
                first = failure;
            } else if (failure != null) {
                first.addSuppressed(failure);
            }
        }
        if (first != null) {
            throw first;
        }
        return results;
    }

    /** A port that nobody listens at now. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
