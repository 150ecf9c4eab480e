package org.swav4j.embed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.swav4j.data.Csv;

/** A line each; numbers with as many digits as tell them apart. */
final class CsvWriter implements EmbeddingWriter {
    private final Layout layout;
    private final GrowingFile file;
    private long rows;

    CsvWriter(Path folder, Layout layout, State state) throws IOException {
        this.layout = layout;
        this.rows = state.rows();
        file = new GrowingFile(folder.resolve(VECTORS), state.length(VECTORS));
        if (file.length() == 0) {
            List<String> heads = new ArrayList<>(layout.textColumns());
            for (int i = 0; i < layout.dimensions(); i++) {
                heads.add("v" + i);
            }
            file.write(Csv.line(heads));
        }
    }

    @Override
    public State append(Rows more) throws IOException {
        ByteBuffer values = more.vectors();
        StringBuilder line = new StringBuilder();
        for (int row = 0; row < more.size(); row++) {
            String texts = Csv.line(layout.texts(more, row));
            line.append(texts, 0, texts.length() - 1);
            for (int i = 0; i < layout.dimensions(); i++) {
                line.append(',').append(values.getFloat());
            }
            line.append('\n');
            if (line.length() > 1 << 20 || row == more.size() - 1) {
                file.write(line.toString());
                line.setLength(0);
            }
        }
        file.force();
        rows += more.size();
        return new State(rows, Map.of(VECTORS, file.length()), List.of());
    }

    @Override
    public void finish(Map<String, String> about) {}

    @Override
    public void close() throws IOException {
        file.close();
    }
}
