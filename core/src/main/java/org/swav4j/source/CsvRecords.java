package org.swav4j.source;

import java.io.IOException;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Records of comma-separated values as RFC 4180 has them, with LF, CRLF or CR between; empty lines are no records. */
public final class CsvRecords implements AutoCloseable {
    private static final int END = -1;

    private final Path file;
    private final PushbackReader reader;
    private final int mostCharacters;
    private int line = 1;
    private int recordLine;

    /** A record of more than {@code mostCharacters} is refused; {@code file} is named in errors. */
    CsvRecords(Path file, Reader reader, int mostCharacters) {
        this.file = file;
        this.reader = new PushbackReader(reader, 1);
        this.mostCharacters = mostCharacters;
    }

    /** Reads a file: UTF-8, or UTF-16 with a byte order mark. */
    public static CsvRecords open(Path file) throws IOException {
        return new CsvRecords(file, ListedImages.reader(file), ListedImages.MOST_CHARACTERS);
    }

    /** The line, counted from 1, in which the last record begins. */
    public int line() {
        return recordLine;
    }

    /**
     * The fields of the next record, at least one; null after the last.
     *
     * @throws org.swav4j.data.DataException naming file and line, if a record is not of the format
     */
    public List<String> next() throws IOException {
        int c = read();
        while (c == '\n') {
            c = read();
        }
        if (c == END) {
            return null;
        }
        // a line break that was read counts already
        recordLine = line;
        int room = mostCharacters;
        List<String> fields = new ArrayList<>(2);
        while (true) {
            StringBuilder field = new StringBuilder();
            if (c == '"') {
                c = quoted(field, room);
                if (c != ',' && c != '\n' && c != END) {
                    throw ListedImages.error(
                            file, line, "text after a closing quote; inside quotes \" is written \"\"");
                }
            } else {
                for (; c != ',' && c != '\n' && c != END; c = read()) {
                    append(field, c, room);
                }
            }
            fields.add(field.toString());
            room -= field.length() + 1;
            requireRoom(room);
            if (c != ',') {
                return fields;
            }
            c = read();
        }
    }

    /** Reads past the closing quote; returns what follows it. */
    private int quoted(StringBuilder field, int room) throws IOException {
        int opened = line;
        while (true) {
            int c = read();
            if (c == END) {
                throw ListedImages.error(file, opened, "a quote that is never closed");
            }
            if (c == '"') {
                c = read();
                if (c != '"') {
                    return c;
                }
            }
            append(field, c, room);
        }
    }

    private void append(StringBuilder field, int c, int room) {
        requireRoom(room - field.length() - 1);
        field.append((char) c);
    }

    private void requireRoom(int room) {
        if (room < 0) {
            throw ListedImages.error(file, recordLine, "longer than any path; is a quote left open?");
        }
    }

    /** The next character, with every kind of line break as {@code '\n'}. */
    private int read() throws IOException {
        int c = reader.read();
        if (c == '\r') {
            int after = reader.read();
            if (after != '\n' && after != END) {
                reader.unread(after);
            }
            c = '\n';
        }
        if (c == '\n') {
            line++;
        }
        return c;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
