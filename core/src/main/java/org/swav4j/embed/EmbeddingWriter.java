package org.swav4j.embed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.swav4j.format.ParquetTable.RowGroup;

/** Writes rows in one of the formats, into files of which each state can be gone back to. */
interface EmbeddingWriter extends AutoCloseable {
    /** Of the file that becomes the target. */
    String VECTORS = "vectors";

    /** Of the names beside it, where the format has no room for them. */
    String NAMES = "names";

    /**
     * How far the files have got.
     *
     * @param rows written
     * @param lengths of the files by name, bytes
     * @param groups row groups, of a format that has them
     */
    record State(long rows, Map<String, Long> lengths, List<RowGroup> groups) {
        static final State EMPTY = new State(0, Map.of(), List.of());

        public State {
            lengths = Map.copyOf(lengths);
            groups = List.copyOf(groups);
        }

        long length(String file) {
            return lengths.getOrDefault(file, 0L);
        }
    }

    /** Opens the files in a folder at a state, which is that of nothing at first. */
    static EmbeddingWriter open(EmbeddingFormat format, Path folder, Layout layout, State state) throws IOException {
        return switch (format) {
            case NPY -> new NpyWriter(folder, layout, state);
            case CSV -> new CsvWriter(folder, layout, state);
            case PARQUET -> new ParquetWriter(folder, layout, state);
        };
    }

    /** Appends rows and makes them durable. */
    State append(Rows rows) throws IOException;

    /** Writes what stands at the end, or is known in the end; may be called again after the process was killed. */
    void finish(Map<String, String> about) throws IOException;

    @Override
    void close() throws IOException;
}
