package org.swav4j.launch;

import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Makes lines of what a program prints to a terminal: of a line that is written over, the last text counts. */
final class Lines {
    /** A line that never ends is cut. */
    private static final int LONGEST = 1 << 14;

    private static final Pattern CONTROL = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");

    private final Consumer<String> sink;
    private final StringBuilder line = new StringBuilder();
    private boolean returned;

    Lines(Consumer<String> sink) {
        this.sink = sink;
    }

    void take(char[] text, int length) {
        for (int i = 0; i < length; i++) {
            char c = text[i];
            if (c == '\n') {
                end();
            } else {
                if (returned) {
                    line.setLength(0);
                    returned = false;
                }
                if (c == '\r') {
                    returned = true;
                } else {
                    line.append(c);
                }
            }
            if (line.length() >= LONGEST) {
                end();
            }
        }
    }

    /** Passes on what stands behind the last end of a line. */
    void flush() {
        if (!line.isEmpty()) {
            end();
        }
    }

    private void end() {
        sink.accept(CONTROL.matcher(line).replaceAll(""));
        line.setLength(0);
        returned = false;
    }
}
