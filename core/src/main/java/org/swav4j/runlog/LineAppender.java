package org.swav4j.runlog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Appends lines to a file, whole or not at all. Lines that cannot be written, as on a full disk, are kept in memory and go
 * first as soon as that works again; of more than {@link #MOST_KEPT} the oldest are lost. After a failure the file is opened
 * anew, which helps where a network's file system has come back. Not safe for use by several threads.
 */
final class LineAppender implements Closeable {
    /** Some megabytes at most, and a day of rows. */
    static final int MOST_KEPT = 10_000;

    /** Opens the file to append to, and makes it if it is not there. */
    @FunctionalInterface
    interface Opening {
        SeekableByteChannel open() throws IOException;
    }

    private final Opening opening;
    private final Deque<byte[]> kept = new ArrayDeque<>();
    private SeekableByteChannel channel;
    private boolean halfALine;
    private long whole;
    private long lost;
    private IOException trouble;

    /** {@code channel} stands at the end of the file; {@code opening} is for later. */
    LineAppender(SeekableByteChannel channel, Opening opening) {
        this.channel = channel;
        this.opening = opening;
    }

    /** Appends all that is kept and then the line, or keeps it. */
    void append(byte[] line) {
        kept.add(line);
        if (kept.size() > MOST_KEPT) {
            kept.remove();
            lost++;
        }
        writeKept();
    }

    /** Why the last attempt to write failed; empty if all is written that is not lost. */
    Optional<IOException> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** How many lines were too many to be kept. */
    long lost() {
        return lost;
    }

    /** How many lines wait for being written. */
    int waiting() {
        return kept.size();
    }

    /** Tries once more to write what is kept, and says by {@link #trouble} whether that worked. */
    @Override
    public void close() throws IOException {
        if (!kept.isEmpty()) {
            writeKept();
        }
        if (channel != null) {
            channel.close();
        }
    }

    private void writeKept() {
        try {
            if (channel == null) {
                channel = opening.open();
            }
            if (halfALine) {
                channel.truncate(whole);
                halfALine = false;
            }
            while (!kept.isEmpty()) {
                whole = channel.size();
                ByteBuffer bytes = ByteBuffer.wrap(kept.getFirst());
                while (bytes.hasRemaining()) {
                    halfALine = true;
                    channel.write(bytes);
                }
                halfALine = false;
                kept.remove();
            }
            trouble = null;
        } catch (IOException e) {
            trouble = e;
            takeBack(e);
        }
    }

    /** The next line must not be glued to half a line; where that cannot be undone now, it is before the next is written. */
    private void takeBack(IOException failure) {
        try (SeekableByteChannel failed = channel) {
            channel = null;
            if (failed != null && halfALine) {
                failed.truncate(whole);
                halfALine = false;
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
