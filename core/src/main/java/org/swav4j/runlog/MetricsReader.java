package org.swav4j.runlog;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.swav4j.format.FormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code metrics.jsonl}; see {@link MetricsLog} for what stands in it. */
public final class MetricsReader {
    /** The most one line may take, in bytes. */
    static final int MAX_LINE_BYTES = 1 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final TypeReference<Map<String, Object>> ROW = new TypeReference<>() {};

    private MetricsReader() {}

    /** Takes one line and the row it holds. */
    @FunctionalInterface
    interface Visitor {
        void row(byte[] line, Map<String, Object> row) throws IOException;
    }

    /**
     * All rows in the file's order; keys in the order of the line. Integers are {@link Long}, other numbers {@link Double}.
     * A last line that is cut off is left out: the writer may still be at it, or was killed there.
     *
     * @throws FormatException when an earlier line is not a JSON object, or a line is over 1 MiB
     */
    public static List<Map<String, Object>> read(Path metrics) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        scan(metrics, (line, row) -> rows.add(row));
        return rows;
    }

    static void scan(Path metrics, Visitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(metrics), 1 << 16)) {
            FormatException broken = null;
            int number = 0;
            for (byte[] line = nextLine(metrics, in); line != null; line = nextLine(metrics, in)) {
                number++;
                if (broken != null) {
                    throw broken;
                }
                Map<String, Object> row = null;
                try {
                    row = JSON.readValue(line, ROW);
                } catch (JacksonException e) {
                    broken = notARow(metrics, number, e);
                }
                if (row != null) {
                    visitor.row(line, row);
                } else if (broken == null) {
                    broken = notARow(metrics, number, null);
                }
            }
        }
    }

    private static FormatException notARow(Path metrics, int number, JacksonException cause) {
        String detail = cause == null ? "" : ": " + cause.getOriginalMessage();
        return new FormatException(metrics, "line " + number + " is not a JSON object" + detail, cause);
    }

    /** The bytes up to a line feed or the end; null at the end. */
    private static byte[] nextLine(Path metrics, InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            line.write(next);
            if (line.size() > MAX_LINE_BYTES) {
                throw new FormatException(metrics, "a line is longer than " + MAX_LINE_BYTES + " bytes");
            }
            next = in.read();
        }
        return line.toByteArray();
    }
}
