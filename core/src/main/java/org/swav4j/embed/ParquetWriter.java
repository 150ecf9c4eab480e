package org.swav4j.embed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.swav4j.format.ParquetTable;
import org.swav4j.format.ParquetTable.RowGroup;

/** A row group for each piece. */
final class ParquetWriter implements EmbeddingWriter {
    private final ParquetTable table;
    private final boolean labelled;
    private final GrowingFile file;
    private final List<RowGroup> groups;
    private long rows;

    ParquetWriter(Path folder, Layout layout, State state) throws IOException {
        labelled = layout.labelled();
        table = new ParquetTable(
                labelled ? List.of("path", "label?") : List.of("path"), "vector", layout.dtype(), layout.dimensions());
        groups = new ArrayList<>(state.groups());
        rows = state.rows();
        file = new GrowingFile(folder.resolve(VECTORS), state.length(VECTORS));
        if (file.length() == 0) {
            file.write(ByteBuffer.wrap(ParquetTable.head()));
        }
    }

    @Override
    public State append(Rows more) throws IOException {
        List<List<String>> texts = labelled ? List.of(more.names(), more.labels()) : List.of(more.names());
        groups.add(table.append(file.channel(), file.length(), texts, more.vectors()));
        file.force();
        rows += more.size();
        return new State(rows, Map.of(VECTORS, file.length()), groups);
    }

    @Override
    public void finish(Map<String, String> about) throws IOException {
        file.write(ByteBuffer.wrap(table.foot(groups, about, about.getOrDefault("writer", "swav4j"))));
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
