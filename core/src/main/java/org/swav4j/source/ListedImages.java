package org.swav4j.source;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.swav4j.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a list or manifest says: a path a line, and its class where the format has one. */
final class ListedImages {
    /** Larger lines are no paths. */
    static final int MOST_CHARACTERS = 1 << 20;

    private ListedImages() {}

    /** Told of every path in the order of the file; {@code label} is null where there is none. */
    @FunctionalInterface
    interface Sink {
        void add(int line, String path, String label);
    }

    /** How a file lists images. */
    enum Format {
        /** A path a line; {@code #} begins a comment line. */
        TEXT,
        /** RFC 4180 with or without a header that names the columns path and label. */
        CSV,
        /** A JSON object a line, with the keys path and label. */
        JSON_LINES;

        /** By the file's name; null if it is none. */
        static Format of(String name) {
            return switch (ImageFiles.extension(name)) {
                case "txt", "lst", "list" -> TEXT;
                case "csv" -> CSV;
                case "jsonl", "ndjson" -> JSON_LINES;
                default -> null;
            };
        }
    }

    /**
     * Reads a list: UTF-8, or UTF-16 with a byte order mark.
     *
     * @throws DataException naming file and line, if a line is not of the format
     */
    static void read(Path list, Format format, Sink sink) {
        try (BufferedReader reader = reader(list)) {
            switch (format) {
                case TEXT -> readText(list, reader, sink);
                case CSV -> readCsv(list, reader, sink);
                case JSON_LINES -> readJson(list, reader, sink);
            }
        } catch (IOException e) {
            throw new DataException(list + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** An error in a line. */
    static DataException error(Path list, int line, String what) {
        return new DataException(list + ":" + line + ": " + what);
    }

    static BufferedReader reader(Path list) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(list), 1 << 16);
        in.mark(3);
        byte[] start = in.readNBytes(3);
        in.reset();
        int first = start.length < 2 ? 0 : (start[0] & 255) << 8 | start[1] & 255;
        Charset charset = StandardCharsets.UTF_8;
        int mark = 0;
        if (first == 0xFFFE || first == 0xFEFF) {
            charset = first == 0xFFFE ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE;
            mark = 2;
        } else if (start.length == 3 && first == 0xEFBB && (start[2] & 255) == 0xBF) {
            mark = 3;
        }
        in.skipNBytes(mark);
        return new BufferedReader(new InputStreamReader(in, charset));
    }

    private static void readText(Path list, BufferedReader reader, Sink sink) throws IOException {
        int line = 0;
        for (String text = nextLine(list, reader, 1); text != null; text = nextLine(list, reader, line + 1)) {
            line++;
            if (!text.isBlank() && !text.startsWith("#")) {
                sink.add(line, text, null);
            }
        }
    }

    private static void readJson(Path list, BufferedReader reader, Sink sink) throws IOException {
        JsonMapper json = JsonMapper.shared();
        int line = 0;
        for (String text = nextLine(list, reader, 1); text != null; text = nextLine(list, reader, line + 1)) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            JsonNode entry;
            try {
                entry = json.readTree(text);
            } catch (JacksonException e) {
                throw error(list, line, "not a JSON object: " + e.getOriginalMessage());
            }
            JsonNode path = entry.isObject() ? entry.get("path") : null;
            if (path == null || !path.isString() || path.asString().isBlank()) {
                throw error(list, line, "needs a JSON object with a text \"path\", such as {\"path\": \"a/1.jpg\"}");
            }
            JsonNode label = entry.get("label");
            if (label != null && !label.isNull() && !label.isString() && !label.isIntegralNumber()) {
                throw error(list, line, "\"label\" must be text or a whole number");
            }
            sink.add(line, path.asString(), label == null || label.isNull() ? null : label.asString());
        }
    }

    private static void readCsv(Path list, Reader reader, Sink sink) throws IOException {
        CsvRecords records = new CsvRecords(list, reader, MOST_CHARACTERS);
        List<String> record = records.next();
        int path = 0;
        int label = 1;
        int columns = 2;
        boolean header = record != null && column(record, "path") >= 0;
        if (header) {
            path = column(record, "path");
            label = column(record, "label");
            columns = record.size();
            record = records.next();
        }
        while (record != null) {
            int line = records.line();
            if (record.size() > columns || header && record.size() <= path) {
                String expected = header
                        ? "the header has " + columns
                        : "at most 2 are expected, path,label; a header may name others";
                throw error(list, line, record.size() + " fields, but " + expected);
            }
            String name = record.get(path);
            if (name.isBlank()) {
                throw error(list, line, "the path is empty");
            }
            requireText(list, line, name);
            sink.add(line, name, label >= 0 && label < record.size() ? record.get(label) : null);
            record = records.next();
        }
    }

    private static int column(List<String> header, String name) {
        for (int i = 0; i < header.size(); i++) {
            if (header.get(i).strip().equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    private static String nextLine(Path list, BufferedReader reader, int line) throws IOException {
        StringBuilder text = new StringBuilder();
        int c = reader.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = reader.read()) {
            if (text.length() == MOST_CHARACTERS) {
                throw error(list, line, "longer than any path; is this a list of images, one a line?");
            }
            text.append((char) c);
        }
        if (text.length() > 0 && text.charAt(text.length() - 1) == '\r') {
            text.setLength(text.length() - 1);
        }
        requireText(list, line, text.toString());
        return text.toString();
    }

    /** A byte that is no UTF-8 has become the replacement character. */
    private static void requireText(Path list, int line, String text) {
        if (text.indexOf('\uFFFD') >= 0 || text.indexOf('\0') >= 0) {
            throw error(list, line, "not text in UTF-8; save the list as UTF-8");
        }
    }
}
