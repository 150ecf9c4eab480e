package org.swav4j.transfer;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.swav4j.data.DataException;

/** Files that say what images show, as they are read and complained about. */
final class LabelFile {
    private LabelFile() {}

    /** An error in a line, counted from 1. */
    static DataException error(Path file, int line, String what) {
        return new DataException(file + ":" + line + ": " + what);
    }

    /** What a set of names says in a message. */
    static String some(List<String> names) {
        return names.size() <= 8
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 8)) + " and " + (names.size() - 8) + " more";
    }

    /**
     * A text file's lines.
     *
     * @throws DataException if it is missing, of more than {@code mostBytes} or not UTF-8
     */
    static List<String> lines(Path file, long mostBytes) {
        requireRegular(file, mostBytes);
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new DataException(file + ": is not text in UTF-8", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Refuses what is no file of at most {@code mostBytes}. */
    static void requireRegular(Path file, long mostBytes) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + (Files.exists(file) ? ": is no file" : ": there is no such file"));
        }
        try {
            if (Files.size(file) > mostBytes) {
                throw new DataException(file + ": is of " + Files.size(file) + " bytes, more than the " + mostBytes
                        + " that such a file may have");
            }
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
