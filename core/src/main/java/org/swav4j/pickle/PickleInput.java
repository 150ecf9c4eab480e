package org.swav4j.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.swav4j.format.FormatException;

/** A stretch of a file, read byte after byte and never past its end. Says where in it something is wrong. */
final class PickleInput {
    private static final int BUFFER = 1 << 13;
    private static final int LONGEST_NAME = 200;

    private final Path file;
    private final String part;
    private final FileChannel channel;
    private final long start;
    private final long end;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
    private long next;

    /**
     * @param part what messages call the stretch, such as {@code archive/data.pkl: }; empty for a whole file
     * @param start of the stretch, and where reading begins; places in messages count from here
     */
    PickleInput(Path file, String part, FileChannel channel, long start, long end) {
        this.file = file;
        this.part = part;
        this.channel = channel;
        this.start = start;
        this.end = end;
        this.next = start;
    }

    /** Bytes read so far. */
    long position() {
        return next - buffer.remaining() - start;
    }

    /** Bytes that are left. */
    long remaining() {
        return end - start - position();
    }

    /** Goes on behind these bytes, of which there must be as many. */
    void skip(long bytes) {
        next = start + position() + bytes;
        buffer.limit(0);
    }

    /** A failure of the file at a place in it. */
    FormatException failure(long at, String problem) {
        return failure(at, problem, "");
    }

    /** The same with a remark behind the place. */
    FormatException failure(long at, String problem, String remark) {
        return new FormatException(file, part + problem + " at byte " + at + remark);
    }

    int u8() throws IOException {
        if (!buffer.hasRemaining()) {
            fill();
        }
        return Byte.toUnsignedInt(buffer.get());
    }

    /** A little-endian number of 1 to 8 bytes, not negative unless it has 8. */
    long unsigned(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) u8() << (8 * i);
        }
        return value;
    }

    /** A little-endian number of 4 bytes, signed. */
    int i32() throws IOException {
        return (int) unsigned(4);
    }

    /**
     * Bytes of a stated length.
     *
     * @throws FormatException if that is negative, or more than are left
     */
    byte[] bytes(long length) throws IOException {
        long at = position();
        if (length < 0 || length > remaining() || length > Integer.MAX_VALUE - 8) {
            throw failure(
                    at,
                    "refused: a length of " + Long.toUnsignedString(length) + " where " + remaining()
                            + " bytes are left,");
        }
        byte[] bytes = new byte[(int) length];
        int done = 0;
        while (done < bytes.length) {
            if (!buffer.hasRemaining()) {
                fill();
            }
            int piece = Math.min(buffer.remaining(), bytes.length - done);
            buffer.get(bytes, done, piece);
            done += piece;
        }
        return bytes;
    }

    /** UTF-8 text of a stated length. */
    String text(long length) throws IOException {
        long at = position();
        byte[] bytes = bytes(length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw failure(at, "refused: text that is not UTF-8");
        }
    }

    /** A name that a line end ends. */
    String line() throws IOException {
        long at = position();
        StringBuilder line = new StringBuilder();
        for (int c = u8(); c != '\n'; c = u8()) {
            if (line.length() == LONGEST_NAME) {
                throw failure(at, "refused: a name of more than " + LONGEST_NAME + " bytes");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private void fill() throws IOException {
        long left = end - next;
        if (left > 0) {
            buffer.clear().limit((int) Math.min(left, BUFFER));
            int read = channel.read(buffer, next);
            buffer.flip();
            next += Math.max(0, read);
        }
        if (!buffer.hasRemaining()) {
            throw failure(next - start, "ends early,");
        }
    }
}
