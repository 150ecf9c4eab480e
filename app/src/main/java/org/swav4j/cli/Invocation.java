package org.swav4j.cli;

import java.util.ArrayList;
import java.util.List;
import org.swav4j.s3.S3Locations;
import picocli.CommandLine.Model.CommandSpec;

/** How this program was called. */
final class Invocation {
    /** The program as it was called, so that the commands shown can be typed. */
    static final String PROGRAM = System.getProperty("swav.command", "swav");

    private Invocation() {}

    /** Program and arguments without secrets, for the record. */
    static List<String> words(CommandSpec spec) {
        List<String> words = new ArrayList<>(List.of("swav"));
        spec.commandLine().getParseResult().originalArgs().forEach(a -> words.add(S3Locations.shown(a)));
        return words;
    }

    /** The same as a line to paste into a shell. */
    static String line(CommandSpec spec) {
        return ShellWord.line(words(spec));
    }
}
