package org.swav4j.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A network in one kind of file. */
interface ModelFile extends AutoCloseable {
    /** Writes it to an empty channel, which stays open. */
    void write(FileChannel channel) throws IOException;

    /**
     * Reads it back.
     *
     * @return what the file computes; the caller closes it
     * @throws ExportException if the file does not hold what was written
     */
    Forward read(Path file) throws IOException;

    /** What the file must agree with: the network, or what is left of it after a rounding that was asked for. */
    Forward expected();

    @Override
    void close();
}
