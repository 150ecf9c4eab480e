package org.swav4j.runlog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.swav4j.format.HostName;

/**
 * Keeps a second process, or a second training of this one, out of a run directory. {@code run.lock} in it is locked by the
 * operating system, which lets go when the process ends, however it ends. One line in the file says whose the lock is: process
 * id, host and since when, such as {@code 4711 node3 2026-01-02T03:04:05Z}; it is empty after an orderly end.
 *
 * <p>The file stays: were it deleted, a process that had it open already and one that makes it anew would lock two different
 * files. A POSIX lock is lost as soon as its process closes any channel of the file, so nothing else in a process that
 * trains may open it.
 *
 * <p>Where the file system has no locks, the line decides: a process that runs on this host is respected. Of one on another
 * host nothing can be known; then there is a {@link #warning}.
 */
public final class RunLock implements Closeable {
    /** Mandatory locks, as Windows has them, must not cover the line that others are to read. */
    private static final long POSITION = Long.MAX_VALUE - 1;

    /** Somebody who only asks who holds the lock keeps it for some microseconds. */
    private static final int ATTEMPTS = 5;

    private static final long PAUSE_MILLIS = 50;

    private static final Pattern LINE = Pattern.compile("([1-9][0-9]{0,17}) ([A-Za-z0-9._-]+) ([0-9TZ:.+-]+)\\n");

    /**
     * What this process holds, by the lock file's real path. Static, as POSIX locks are the process's: it must know without
     * opening the file. Guarded by itself, so that no channel of the file is closed just after somebody took the lock.
     */
    private static final Map<Path, Holder> HELD = new HashMap<>();

    /** Asks for the lock; null if somebody has it. */
    @FunctionalInterface
    interface Locking {
        FileLock tryLock(FileChannel channel) throws IOException;
    }

    private final Path key;
    private final FileChannel channel;
    private final String warning;

    private RunLock(Path key, FileChannel channel, String warning) {
        this.key = key;
        this.channel = channel;
        this.warning = warning;
    }

    /**
     * Takes the lock of an existing directory, or does without the operating system's where there are none.
     *
     * @throws RunDirectoryException when it is held, naming the holder, or when the directory cannot be written
     */
    public static RunLock acquire(RunDirectory run) throws RunDirectoryException {
        return acquire(run, RunLock::tryLock);
    }

    static RunLock acquire(RunDirectory run, Locking locking) throws RunDirectoryException {
        try {
            Path key = key(run);
            Holder me = new Holder(
                    ProcessHandle.current().pid(),
                    HostName.current(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS));
            synchronized (HELD) {
                Holder own = HELD.get(key);
                if (own != null) {
                    throw refusal(run, own);
                }
                RunLock lock = acquire(run, key, me, locking);
                HELD.put(key, me);
                return lock;
            }
        } catch (RunDirectoryException e) {
            throw e;
        } catch (IOException e) {
            throw new RunDirectoryException(
                    run.path(),
                    "cannot be locked: " + RunDirectory.reason(e) + "; this user must be able to write there, "
                            + RunDirectory.LOCK + " as well",
                    e);
        }
    }

    /**
     * Who holds a run's lock, if anybody does. Works without permission to write; where the file system has no locks, only
     * processes of this host are known.
     */
    public static Optional<Holder> holder(RunDirectory run) throws IOException {
        if (!Files.exists(run.lock())) {
            return Optional.empty();
        }
        synchronized (HELD) {
            Holder own = HELD.get(key(run));
            if (own != null) {
                return Optional.of(own);
            }
            try (FileChannel channel = FileChannel.open(run.lock(), StandardOpenOption.READ)) {
                return Attempt.at(channel, c -> c.tryLock(POSITION, 1, true)).free
                        ? Optional.empty()
                        : Optional.of(Holder.read(channel));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }
    }

    /** What the user should know of a lock that does not protect. */
    public Optional<String> warning() {
        return Optional.ofNullable(warning);
    }

    /** Lets go; the file stays. A second call does nothing. */
    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            if (!channel.isOpen()) {
                return;
            }
            try (FileChannel closing = channel) {
                closing.truncate(0);
            } finally {
                HELD.remove(key);
            }
        }
    }

    private static RunLock acquire(RunDirectory run, Path key, Holder me, Locking locking) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Optional<Object> before = identity(run.lock());
            FileChannel channel = FileChannel.open(
                    run.lock(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                Attempt result = Attempt.at(channel, locking);
                // a start that failed deletes the directory with its lock: what was locked must still be what lies
                // there
                boolean same = before.isPresent() && before.equals(identity(run.lock()));
                if (result.free && same) {
                    String warning = result.locks ? null : warning(run, Holder.read(channel));
                    me.write(channel);
                    return new RunLock(key, channel, warning);
                }
                if (!result.free && attempt >= ATTEMPTS) {
                    throw refusal(run, Holder.read(channel));
                }
                channel.close();
                if (!result.free) {
                    Thread.sleep(PAUSE_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for it", e);
            } catch (Throwable failure) {
                channel.close();
                throw failure;
            }
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        return channel.tryLock(POSITION, 1, false);
    }

    private static String warning(RunDirectory run, Holder before) {
        String unknown = before.isKnown() && !before.host.equals(HostName.current())
                ? ", which " + before + " used last; make sure that it has ended"
                : "; make sure that no other machine trains in it";
        return run + ": the file system has no locks to protect the run" + unknown;
    }

    private static RunDirectoryException refusal(RunDirectory run, Holder holder) {
        return new RunDirectoryException(
                run.path(), "is in use by " + holder + "; wait until it has ended, stop it, or give another --out");
    }

    private static Path key(RunDirectory run) throws IOException {
        return run.path().toRealPath().resolve(RunDirectory.LOCK);
    }

    /** Whether the lock could be had, and whether there are locks. */
    private record Attempt(boolean free, boolean locks) {

        /** A lock that was had is held until the channel is closed. */
        static Attempt at(FileChannel channel, Locking locking) throws IOException {
            try {
                return new Attempt(locking.tryLock(channel) != null, true);
            } catch (OverlappingFileLockException e) {
                return new Attempt(false, true);
            } catch (IOException noLocks) {
                return new Attempt(!Holder.read(channel).runsHere(), false);
            }
        }
    }

    /** What tells a file from another that takes its name later; empty where there is none. */
    private static Optional<Object> identity(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(attributes.fileKey() != null ? attributes.fileKey() : attributes.creationTime());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Who holds a lock, or held it last.
     *
     * @param pid process id, 0 where the file does not tell
     * @param host the machine the process runs on, empty where the file does not tell
     * @param since when it took the lock, UTC
     */
    public record Holder(long pid, String host, Instant since) {
        private static final Holder UNKNOWN = new Holder(0, "", Instant.EPOCH);
        private static final int MOST_BYTES = 512;

        /** Clocks are set, and a process begins before it takes a lock. */
        private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

        /** Whether the lock file said who it is. */
        public boolean isKnown() {
            return pid > 0;
        }

        /** In a sentence: {@code process 4711 on node3 since 2026-01-02T03:04:05Z}. */
        @Override
        public String toString() {
            return isKnown() ? "process " + pid + " on " + host + " since " + since : "another process";
        }

        /** Whether another process of this host has that number and is old enough to be the one. */
        private boolean runsHere() {
            return isKnown()
                    && host.equals(HostName.current())
                    && pid != ProcessHandle.current().pid()
                    && ProcessHandle.of(pid)
                            .filter(ProcessHandle::isAlive)
                            .filter(process -> process.info()
                                    .startInstant()
                                    .map(start -> start.isBefore(since.plus(CLOCK_TOLERANCE)))
                                    .orElse(true))
                            .isPresent();
        }

        private void write(FileChannel channel) throws IOException {
            ByteBuffer line = ByteBuffer.wrap((pid + " " + host + " " + since + "\n").getBytes(StandardCharsets.UTF_8));
            channel.truncate(0);
            while (line.hasRemaining()) {
                channel.write(line, line.position());
            }
        }

        private static Holder read(FileChannel channel) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
            int count = channel.read(bytes, 0);
            String text = new String(bytes.array(), 0, Math.max(0, count), StandardCharsets.UTF_8);
            Matcher line = LINE.matcher(text);
            try {
                return line.matches()
                        ? new Holder(Long.parseLong(line.group(1)), line.group(2), Instant.parse(line.group(3)))
                        : UNKNOWN;
            } catch (DateTimeParseException e) {
                return UNKNOWN;
            }
        }
    }
}
