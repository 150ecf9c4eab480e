package org.swav4j.dataset.fetch;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lists of class names, a line each, as CIFAR and STL-10 bring them. */
final class ClassNames {
    private ClassNames() {}

    /** The lines that are not blank, in their order. */
    static List<String> parse(byte[] lines) {
        return new String(lines, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
