package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Closes a stream from which nothing has come for too long, which ends the read that waits for it. */
final class StallWatch implements AutoCloseable {
    private final InputStream body;
    private final long limitNanos;
    private final Thread watcher;
    private volatile long aliveAt = System.nanoTime();
    private volatile boolean stalled;

    StallWatch(InputStream body, Duration limit) {
        this.body = body;
        limitNanos = limit.toNanos();
        watcher = new Thread(this::watch, "swav-stall-watch");
        watcher.setDaemon(true);
        watcher.start();
    }

    void alive() {
        aliveAt = System.nanoTime();
    }

    boolean stalled() {
        return stalled;
    }

    private void watch() {
        try {
            while (true) {
                long left = limitNanos - (System.nanoTime() - aliveAt);
                if (left <= 0) {
                    stalled = true;
                    body.close();
                    return;
                }
                Thread.sleep(left / 1_000_000 + 1);
            }
        } catch (InterruptedException closed) {
            // nothing left to watch
        } catch (IOException alreadyBroken) {
            // the reader finds out by itself
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
        try {
            watcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
