package org.swav4j.embed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.swav4j.data.DataException;
import org.swav4j.format.NpyFile;
import org.swav4j.format.ParquetVectors;

/**
 * A file of embeddings, as {@link Embedding} writes them: Parquet, NumPy with the names beside it, or CSV, whichever its
 * content shows it to be.
 */
public interface EmbeddingReader extends AutoCloseable {
    /** Receives rows in the file's order. */
    @FunctionalInterface
    interface Visitor {
        /**
         * A row.
         *
         * @param path of the image
         * @param label null if it has none
         * @param vector filled anew for the next row
         * @param length how many of its numbers are the row's
         */
        void row(String path, String label, float[] vector, int length) throws IOException;
    }

    /** How many rows there are. */
    long rows();

    /** Entries about them; empty where the format has no room for any. */
    Map<String, String> about();

    /**
     * Reads all rows, once.
     *
     * @throws IOException where the file is damaged
     */
    void read(Visitor visitor) throws IOException;

    @Override
    void close() throws IOException;

    /**
     * Opens a file.
     *
     * @throws DataException if it is none of embeddings
     */
    static EmbeddingReader open(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new DataException(file + ": there is no such file");
        }
        if (Files.isDirectory(file)) {
            throw new DataException(file + ": is a folder; give a file that 'swav embed' wrote");
        }
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(64);
        }
        if (ParquetVectors.matches(start)) {
            return new ParquetReader(file);
        }
        if (NpyFile.matches(start)) {
            return NpyReader.open(file);
        }
        String text = new String(start, StandardCharsets.UTF_8);
        if (text.startsWith("path,v0") || text.startsWith("path,label,v0")) {
            return CsvReader.open(file);
        }
        throw new DataException(file + (start.length == 0 ? ": is empty" : ": is no file of embeddings")
                + "; give what 'swav embed' wrote: Parquet, NumPy, or CSV that begins with path,label,v0");
    }
}
