package org.swav4j.embed;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.swav4j.data.Csv;
import org.swav4j.data.DataException;
import org.swav4j.format.FormatException;

/** The lines of a CSV file, of which a quoted field may take several, one after the other. */
final class CsvRecords implements AutoCloseable {
    /** A vector of 100,000 numbers takes 1.5 million. */
    private static final int MAX_CHARS = 1 << 24;

    private final Path file;
    private final BufferedReader lines;
    private long line;

    CsvRecords(Path file) throws IOException {
        this.file = file;
        this.lines = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    }

    /** The next record's fields; null behind the last. */
    List<String> next() throws IOException {
        String record = line();
        if (record == null) {
            return null;
        }
        while (record.chars().filter(c -> c == '"').count() % 2 == 1) {
            String more = line();
            if (more == null || record.length() > MAX_CHARS) {
                throw new FormatException(file, "line " + line + ": a quote is not closed");
            }
            record = record + "\n" + more;
        }
        try {
            return Csv.read(record + "\n").get(0);
        } catch (DataException e) {
            throw new FormatException(file, "line " + line + ": " + e.getMessage(), e);
        }
    }

    /** The number of the line that was read last, counted from 1. */
    long lineNumber() {
        return line;
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            int c = lines.read();
            if (c < 0) {
                return null;
            }
            for (; c >= 0 && c != '\n'; c = lines.read()) {
                if (text.length() >= MAX_CHARS) {
                    throw new FormatException(file, "line " + (line + 1) + ": is longer than any vector");
                }
                text.append((char) c);
            }
            if (c < 0) {
                throw new FormatException(file, "line " + (line + 1) + ": is not complete; the file was cut off");
            }
        } catch (MalformedInputException e) {
            throw new FormatException(file, "is not text in UTF-8", e);
        }
        line++;
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
