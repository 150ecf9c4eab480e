package org.swav4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Commands as a user gives them, and settings with which a training takes less than a second. */
final class TinyCommand {
    private static final List<String> SETTINGS = List.of(
            "--arch",
            "resnet10w0.125",
            "--stem",
            "small-stride2",
            "--crops",
            "2x16@0.4-1",
            "--prototypes",
            "8",
            "--hidden",
            "16",
            "--dim",
            "8",
            "--batch-size",
            "12",
            "--epochs",
            "3",
            "--precision",
            "fp32",
            "--threads",
            "1",
            "--seed",
            "7");

    /** What a command left. */
    record Result(int code, String out, String err) {}

    private TinyCommand() {}

    /** {@code swav pretrain} with these arguments, and with those tiny settings that are not among them. */
    static Result pretrain(Object... arguments) {
        return swav(words(arguments).toArray());
    }

    /** The same in words. */
    static List<String> words(Object... arguments) {
        List<String> all = new ArrayList<>(List.of("pretrain"));
        Stream.of(arguments).map(Object::toString).forEach(all::add);
        for (int i = 0; i < SETTINGS.size(); i += 2) {
            if (!all.contains(SETTINGS.get(i))) {
                all.addAll(SETTINGS.subList(i, i + 2));
            }
        }
        return all;
    }

    /** Any command. */
    static Result swav(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), words);
        return new Result(code, out.toString(), err.toString());
    }
}
