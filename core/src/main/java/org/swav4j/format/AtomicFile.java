package org.swav4j.format;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Replaces a file as a whole: after a crash at any moment the target holds either all of the old bytes or all of the new
 * ones. The bytes go to a temporary file beside the target, which is forced to the device, renamed over the target, and
 * made durable by forcing the directory.
 */
public final class AtomicFile {
    private static final Pattern TEMPORARY =
            Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp", Pattern.DOTALL);

    private AtomicFile() {}

    /** Whether a file's name is that of a temporary file; one that nobody writes any more is what a killed process left. */
    public static boolean isTemporary(Path file) {
        return TEMPORARY.matcher(String.valueOf(file.getFileName())).matches();
    }

    /** Writes a file's content to the channel, which stands at position 0 of an empty file. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything; does not close the channel. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Looks at a file that is written but not yet in its place. */
    @FunctionalInterface
    public interface Check {
        /** Refuses it by throwing. */
        void accept(Path written) throws IOException;
    }

    /** Creates {@code target} or replaces it with {@code bytes}. */
    public static void write(Path target, byte[] bytes) throws IOException {
        write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
    }

    /** Creates {@code target} or replaces it with what {@code content} writes; when that fails, nothing has changed. */
    public static void write(Path target, Content content) throws IOException {
        write(target, content, written -> {});
    }

    /** The same; a file that {@code check} refuses does not come into its place either. */
    public static void write(Path target, Content content, Check check) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null) {
            throw new IOException(target + " is a directory; a file to write must have a name");
        }
        Path temporary = directory.resolve("." + absolute.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            check.accept(temporary);
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (Throwable failure) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
        syncDirectory(directory);
    }

    /** Makes creations, renames and deletions of entries in {@code directory} durable. */
    public static void syncDirectory(Path directory) throws IOException {
        // Windows cannot open a directory as a file, and journals its metadata itself.
        if (File.separatorChar == '\\') {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Writes all that remains in a buffer. */
    public static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
