package org.swav4j.embed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.swav4j.data.Csv;
import org.swav4j.format.NpyFile;

/** One array, and names in a file beside it. */
final class NpyWriter implements EmbeddingWriter {
    private final Layout layout;
    private final GrowingFile vectors;
    private final GrowingFile names;
    private long rows;

    NpyWriter(Path folder, Layout layout, State state) throws IOException {
        this.layout = layout;
        this.rows = state.rows();
        vectors = new GrowingFile(folder.resolve(VECTORS), state.length(VECTORS));
        try {
            names = new GrowingFile(folder.resolve(NAMES), state.length(NAMES));
        } catch (IOException | RuntimeException e) {
            vectors.close();
            throw e;
        }
        if (vectors.length() == 0) {
            vectors.write(ByteBuffer.wrap(head()));
            names.write(Csv.line(layout.textColumns()));
        }
    }

    /** Of the same length whatever the number of rows. */
    private byte[] head() {
        return NpyFile.head(layout.dtype(), rows, layout.dimensions());
    }

    @Override
    public State append(Rows more) throws IOException {
        vectors.write(more.vectors());
        StringBuilder lines = new StringBuilder();
        for (int row = 0; row < more.size(); row++) {
            lines.append(Csv.line(layout.texts(more, row)));
        }
        names.write(lines.toString());
        vectors.force();
        names.force();
        rows += more.size();
        return new State(rows, Map.of(VECTORS, vectors.length(), NAMES, names.length()), List.of());
    }

    @Override
    public void finish(Map<String, String> about) throws IOException {
        vectors.channel().write(ByteBuffer.wrap(head()), 0);
        vectors.force();
    }

    @Override
    public void close() throws IOException {
        try (vectors) {
            names.close();
        }
    }
}
