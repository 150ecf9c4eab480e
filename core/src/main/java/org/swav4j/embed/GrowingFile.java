package org.swav4j.embed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.swav4j.data.DataException;
import org.swav4j.format.AtomicFile;

/** A file that grows at its end, from a length that is known to be good. */
final class GrowingFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    /** Opens a file and cuts off what stands behind its first {@code length} bytes; 0 makes a new one. */
    GrowingFile(Path file, long length) throws IOException {
        if (length > 0 && (!Files.exists(file) || Files.size(file) < length)) {
            throw new DataException(file + ": is shorter than the record beside it says; delete the folder "
                    + file.getParent() + " to begin anew");
        }
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(length).position(length);
    }

    Path path() {
        return file;
    }

    FileChannel channel() {
        return channel;
    }

    void write(String text) throws IOException {
        write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    void write(ByteBuffer bytes) throws IOException {
        AtomicFile.writeFully(channel, bytes);
    }

    long length() throws IOException {
        return channel.position();
    }

    /** Makes durable what was written. */
    void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
