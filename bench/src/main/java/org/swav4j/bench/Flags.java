package org.swav4j.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A benchmark's arguments: {@code --name value}, each with a default that the benchmark gives when it asks. */
final class Flags {
    private final Map<String, String> given = new LinkedHashMap<>();

    private Flags() {}

    /**
     * The flags of a command line. What cannot be understood ends the program with one line and exit code 2.
     *
     * @param known names without the leading hyphens
     */
    static Flags of(String[] args, Set<String> known) {
        Flags flags = new Flags();
        for (int i = 0; i < args.length; i += 2) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (!known.contains(name)) {
                fail(args[i] + ": is not a flag of this benchmark; it has --"
                        + String.join(", --", known.stream().sorted().toList()));
            }
            if (i + 1 == args.length) {
                fail(args[i] + ": needs a value");
            }
            flags.given.put(name, args[i + 1]);
        }
        return flags;
    }

    boolean has(String name) {
        return given.containsKey(name);
    }

    String text(String name, String otherwise) {
        return given.getOrDefault(name, otherwise);
    }

    /** A whole number of at least 0. */
    int number(String name, int otherwise) {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("\\d{1,9}")) {
            fail("--" + name + ": '" + text + "': must be a whole number");
        }
        return Integer.parseInt(text);
    }

    /** One line, and exit code 2. */
    static void fail(String message) {
        System.err.println(message);
        System.exit(2);
    }
}
