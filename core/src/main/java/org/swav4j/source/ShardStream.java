package org.swav4j.source;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of one tar archive from front to back, inflated where they are compressed. Going ahead costs a seek in a plain
 * archive and inflating what lies between in a compressed one; going back is not possible.
 */
final class ShardStream implements Closeable {
    /** A plain archive is read in small blocks, so that hopping from header to header reads little else. */
    private static final int PLAIN_BLOCK = 4096;

    private static final int GZIP_BLOCK = 1 << 16;

    /** Larger reads go through a native buffer of their size that the JDK keeps for each thread. */
    private static final int LARGEST_READ = 1 << 20;

    /** Deflate can shrink by 1032; photographs do not shrink, and blank bitmaps need no more than this. */
    private static final long INFLATED_PER_BYTE = 100;

    private static final long INFLATED_AT_LEAST = 1L << 30;

    private final SeekableByteChannel channel;
    private final InputStream inflated;
    private final long fileBytes;
    private final byte[] block;
    private int blockAt;
    private int blockEnd;
    /** The position of the byte after the block's last. */
    private long blockEndsAt;

    private ShardStream(SeekableByteChannel channel, boolean compressed) throws IOException {
        this.channel = channel;
        fileBytes = channel.size();
        block = new byte[compressed ? GZIP_BLOCK : PLAIN_BLOCK];
        inflated = compressed ? inflater(channel) : null;
    }

    /** Whether a name says that the archive is compressed. */
    static boolean compressed(String fileName) {
        return fileName.toLowerCase(Locale.ROOT).endsWith("gz");
    }

    static ShardStream open(Path shard) throws IOException {
        return over(Files.newByteChannel(shard), shard);
    }

    /** Reads a shard through a channel that was opened for it, and closes that. */
    static ShardStream over(SeekableByteChannel channel, Path shard) throws IOException {
        try {
            return new ShardStream(channel, compressed(shard.getFileName().toString()));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static InputStream inflater(SeekableByteChannel channel) throws IOException {
        try {
            return new GZIPInputStream(new Whole(Channels.newInputStream(channel)), GZIP_BLOCK);
        } catch (EOFException | ZipException e) {
            throw new DamagedShardException("not gzip: " + e.getMessage(), e);
        }
    }

    /** Where the next byte read lies within the archive. */
    long position() {
        return blockEndsAt - (blockEnd - blockAt);
    }

    /** The archive's size if it is known without inflating, or else the most that will be inflated. */
    long end() {
        return inflated == null ? fileBytes : Math.max(INFLATED_AT_LEAST, INFLATED_PER_BYTE * fileBytes);
    }

    boolean compressed() {
        return inflated != null;
    }

    /**
     * Goes ahead.
     *
     * @throws DamagedShardException if the archive ends before, or what is compressed is damaged
     */
    void skipTo(long target) throws IOException {
        if (target < position()) {
            throw new IllegalArgumentException("cannot go back from " + position() + " to " + target);
        }
        if (target > end()) {
            throw tooShort(target);
        }
        while (target > blockEndsAt) {
            if (inflated == null) {
                channel.position(target);
                blockEndsAt = target;
                blockAt = blockEnd;
            } else {
                blockAt = blockEnd;
                if (!refill()) {
                    throw tooShort(target);
                }
            }
        }
        blockAt = blockEnd - (int) (blockEndsAt - target);
    }

    private DamagedShardException tooShort(long target) {
        if (inflated != null && target > end()) {
            return new DamagedShardException(
                    String.format(Locale.ROOT, "%,d bytes inflate to more than the %,d accepted", fileBytes, end()));
        }
        long ends = inflated == null ? fileBytes : blockEndsAt;
        return new DamagedShardException(
                String.format(Locale.ROOT, "the archive ends at byte %,d, not after %,d", ends, target));
    }

    /**
     * The next bytes, {@code count} of them or fewer where the archive ends. No more memory is taken than the archive has
     * bytes left, whatever {@code count} a header claims.
     */
    byte[] read(int count) throws IOException {
        int known = inflated == null ? (int) Math.min(count, Math.max(0, fileBytes - position())) : LARGEST_READ;
        byte[] bytes = new byte[Math.min(count, known)];
        int filled = 0;
        while (filled < count) {
            if (filled == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * bytes.length + LARGEST_READ));
            }
            int got = read(bytes, filled, bytes.length - filled);
            if (got < 0) {
                return Arrays.copyOf(bytes, filled);
            }
            filled += got;
        }
        return bytes;
    }

    private int read(byte[] into, int offset, int length) throws IOException {
        if (blockAt == blockEnd) {
            if (inflated == null && length >= block.length) {
                int got = channel.read(ByteBuffer.wrap(into, offset, Math.min(length, LARGEST_READ)));
                blockEndsAt += Math.max(0, got);
                return got;
            }
            if (!refill()) {
                return -1;
            }
        }
        int copied = Math.min(length, blockEnd - blockAt);
        System.arraycopy(block, blockAt, into, offset, copied);
        blockAt += copied;
        return copied;
    }

    /**
     * Compressed archives are always inflated in the same steps from the front, so that a damaged one ends at the same byte
     * whoever reads it.
     */
    private boolean refill() throws IOException {
        int got;
        if (inflated == null) {
            got = channel.read(ByteBuffer.wrap(block));
        } else {
            if (blockEndsAt > end()) {
                throw tooShort(blockEndsAt);
            }
            try {
                got = inflated.read(block, 0, block.length);
            } catch (EOFException | ZipException e) {
                throw new DamagedShardException(
                        String.format(
                                Locale.ROOT,
                                "the compression is damaged or cut off after %,d bytes: %s",
                                blockEndsAt,
                                e.getMessage()),
                        e);
            }
        }
        if (got <= 0) {
            return false;
        }
        blockAt = 0;
        blockEnd = got;
        blockEndsAt += got;
        return true;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (inflated != null) {
                inflated.close();
            }
        }
    }

    /** Fills every read as far as the file goes, so that the steps of inflating do not depend on a network's pieces. */
    private static final class Whole extends FilterInputStream {
        Whole(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int filled = in.readNBytes(into, offset, length);
            return filled == 0 && length > 0 ? -1 : filled;
        }
    }
}
