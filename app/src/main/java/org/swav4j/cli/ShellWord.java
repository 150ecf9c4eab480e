package org.swav4j.cli;

import java.util.List;
import java.util.stream.Collectors;

/** Commands that are shown must be such that they can be typed. */
final class ShellWord {
    private ShellWord() {}

    /** The text as one word of a shell's command line. */
    static String quoted(String text) {
        return text.matches("[\\w./+:=@,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** Words as a command line. */
    static String line(List<String> words) {
        return words.stream().map(ShellWord::quoted).collect(Collectors.joining(" "));
    }
}
