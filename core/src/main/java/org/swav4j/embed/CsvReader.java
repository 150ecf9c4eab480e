package org.swav4j.embed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.swav4j.format.FormatException;

/** A line each: path, label if there are labels, then the numbers. */
final class CsvReader implements EmbeddingReader {
    private final Path file;
    private final long rows;

    private CsvReader(Path file, long rows) {
        this.file = file;
        this.rows = rows;
    }

    static CsvReader open(Path file) throws IOException {
        long count = -1;
        try (CsvRecords records = new CsvRecords(file)) {
            while (records.next() != null) {
                count++;
            }
        }
        return new CsvReader(file, count);
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public Map<String, String> about() {
        return Map.of();
    }

    @Override
    public void read(Visitor visitor) throws IOException {
        try (CsvRecords records = new CsvRecords(file)) {
            List<String> head = records.next();
            boolean labelled = head.get(1).equals("label");
            int texts = labelled ? 2 : 1;
            float[] vector = new float[head.size() - texts];
            for (List<String> fields = records.next(); fields != null; fields = records.next()) {
                if (fields.size() != head.size()) {
                    throw new FormatException(
                            file,
                            "line " + records.lineNumber() + ": has " + fields.size()
                                    + " fields, and the first line has " + head.size());
                }
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = number(fields.get(texts + i), records.lineNumber());
                }
                String label = labelled && !fields.get(1).isEmpty() ? fields.get(1) : null;
                visitor.row(fields.get(0), label, vector, vector.length);
            }
        }
    }

    private float number(String text, long line) throws FormatException {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw new FormatException(file, "line " + line + ": " + FormatException.quote(text) + " is no number", e);
        }
    }

    @Override
    public void close() {}
}
