package org.swav4j.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** Which files are images, by their names, and how one is read. */
public final class ImageFiles {
    /** Larger files are refused before they are read: 67 million pixels of 16-bit RGB need 384 MiB without compression. */
    static final long MAX_BYTES = 512L << 20;

    private static final Set<String> EXTENSIONS =
            Set.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "tif", "tiff", "gif");

    /** Reading into an array goes through native memory that the JDK keeps per thread, as large as the largest piece. */
    private static final int PIECE = 1 << 20;

    private ImageFiles() {}

    /** What follows the last dot of a file's name, in lower case; empty without a dot. */
    static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 || name.indexOf('/', dot) >= 0
                ? ""
                : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    static boolean isImage(String extension) {
        return EXTENSIONS.contains(extension);
    }

    /** Names of files and folders that systems put beside people's own. */
    static boolean isHidden(String name) {
        return name.startsWith(".");
    }

    /**
     * The content of a regular file.
     *
     * @throws IOException if it is none, or larger than any image that is accepted
     */
    public static byte[] read(Path file) throws IOException {
        // a named pipe would never end; where files are not local there are none, and asking costs a request
        if (file.getFileSystem() == FileSystems.getDefault()
                && !Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
            throw new IOException("not a file");
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            requireAccepted(channel.size());
            byte[] bytes = new byte[(int) channel.size()];
            int read = read(channel, 0, bytes);
            return read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
        }
    }

    static void requireAccepted(long bytes) throws IOException {
        if (bytes > MAX_BYTES) {
            throw new IOException(
                    String.format(Locale.ROOT, "%,d bytes, more than the %,d accepted", bytes, MAX_BYTES));
        }
    }

    /** Fills the array from a position on; returns how many bytes there were. */
    static int read(SeekableByteChannel channel, long position, byte[] bytes) throws IOException {
        if (position != 0) {
            channel.position(position);
        }
        return readOn(channel, bytes, 0);
    }

    /** Fills the rest of the array from where the channel is; returns how many bytes the array holds then. */
    static int readOn(SeekableByteChannel channel, byte[] bytes, int from) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int filled = from;
        while (filled < bytes.length) {
            buffer.limit(Math.min(bytes.length, filled + PIECE)).position(filled);
            int read = channel.read(buffer);
            if (read < 0) {
                break;
            }
            filled += read;
        }
        return filled;
    }
}
