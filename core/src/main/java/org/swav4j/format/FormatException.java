package org.swav4j.format;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold what its format demands. The message is one line: file, place in it, rule, value found. */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int QUOTED_CHARS = 80;

    /** The message names file, place, rule and value found. */
    public FormatException(String message) {
        super(message);
    }

    /** The same, keeping what the parser below reported. */
    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** {@code problem} states place, rule and value found; the file goes in front. */
    public FormatException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** As {@link #FormatException(Path, String)}, keeping what the parser below reported. */
    public FormatException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** Text from an untrusted file, fit for one line of a message: quoted, shortened, without control characters. */
    public static String quote(String untrusted) {
        StringBuilder quoted = new StringBuilder("'");
        untrusted.codePoints().limit(QUOTED_CHARS).forEach(c -> {
            if (!isPrintable(c)) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append(untrusted.length() > QUOTED_CHARS ? "…'" : "'").toString();
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
