package org.swav4j.checkpoint;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Saves while training goes on: the caller waits for a copy of the state in memory only, a thread writes it to disk. One
 * checkpoint is written at a time. For one thread.
 */
public final class CheckpointSaver implements AutoCloseable {
    private final CheckpointDirectory directory;
    private final String version;
    private final Runnable before;
    private final HostCopy model = new HostCopy();
    private final HostCopy optimizer = new HostCopy();
    private final HostCopy queue = new HostCopy();
    private final HostCopy monitor = new HostCopy();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread writer = new Thread(work, "swav-checkpoint");
        writer.setDaemon(true);
        return writer;
    });
    private Future<Outcome> writing;

    /**
     * @param version of swav4j
     * @param before run on the writing thread before each checkpoint is written: what must be on disk when it is
     */
    public CheckpointSaver(CheckpointDirectory directory, String version, Runnable before) {
        this.directory = directory;
        this.version = version;
        this.before = before;
    }

    /** Whether a checkpoint is still being written. */
    public boolean isBusy() {
        return writing != null && !writing.isDone();
    }

    /**
     * Begins to save; waits for the one before first, whose outcome must have been taken. The contents may change as soon as
     * this returns. Where there is no memory for the copy, it is written before this returns.
     */
    public void begin(Contents contents) {
        if (writing != null) {
            throw new IllegalStateException("the outcome of the save before was not taken");
        }
        Contents copy;
        try {
            copy = contents.withTensors(
                    model.of(contents.model()),
                    optimizer.of(contents.optimizer()),
                    queue.of(contents.queue()),
                    monitor.of(contents.monitor()));
        } catch (RuntimeException noMemory) {
            free();
            copy = contents;
        }
        Contents written = copy;
        writing = thread.submit(() -> written(written));
        if (copy == contents) {
            outcome();
        }
    }

    private record Outcome(Path saved, CheckpointException failure) {}

    private Outcome written(Contents contents) {
        try {
            before.run();
            return new Outcome(directory.save(contents, version), null);
        } catch (CheckpointException e) {
            return new Outcome(null, e);
        } catch (RuntimeException | Error e) {
            return new Outcome(null, new CheckpointException("a checkpoint cannot be written: " + e, e));
        }
    }

    /**
     * The outcome of the last save, once; empty while it is under way and if there was none.
     *
     * @throws CheckpointException if it failed
     */
    public Optional<Path> poll() {
        return writing == null || !writing.isDone() ? Optional.empty() : Optional.of(take());
    }

    /**
     * Waits for the save that is under way.
     *
     * @return its outcome; empty if there is none, or it was taken before
     * @throws CheckpointException if it failed
     */
    public Optional<Path> await() {
        return writing == null ? Optional.empty() : Optional.of(take());
    }

    private Path take() {
        Outcome outcome = outcome();
        writing = null;
        if (outcome.failure() != null) {
            throw outcome.failure();
        }
        return outcome.saved();
    }

    /** Waits for it. An interrupt does not cut a save short; it is kept for whoever waits next. */
    private Outcome outcome() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return writing.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("what can fail is part of the outcome", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void free() {
        model.close();
        optimizer.close();
        queue.close();
        monitor.close();
    }

    /** Waits for what is being written; an outcome nobody took is lost. */
    @Override
    public void close() {
        if (writing != null) {
            outcome();
        }
        thread.shutdown();
        free();
    }
}
