package org.swav4j.embed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.swav4j.format.FormatException;
import org.swav4j.format.ParquetVectors;

/** Columns path, label if there are labels, vector. */
final class ParquetReader implements EmbeddingReader {
    private final Path file;
    private final ParquetVectors table;
    private final boolean labelled;

    ParquetReader(Path file) throws IOException {
        this.file = file;
        table = ParquetVectors.open(file, "vector");
        labelled = table.hasText("label");
        if (!table.hasText("path")) {
            table.close();
            throw new FormatException(file, "has no column 'path' of texts");
        }
    }

    @Override
    public long rows() {
        return table.rows();
    }

    @Override
    public Map<String, String> about() {
        return table.about();
    }

    @Override
    public void read(Visitor visitor) throws IOException {
        long[] rows = {0};
        table.read(labelled ? List.of("path", "label") : List.of("path"), (texts, vector, length) -> {
            if (texts[0] == null) {
                throw new FormatException(file, "row " + rows[0] + " has no path");
            }
            rows[0]++;
            String label = labelled && texts[1] != null && !texts[1].isEmpty() ? texts[1] : null;
            visitor.row(texts[0], label, vector, length);
        });
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
