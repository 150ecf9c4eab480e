package org.swav4j.cli;

import java.util.List;
import org.swav4j.data.LabelChoice;
import picocli.CommandLine.Option;

/** The option {@code --labels} of commands that train on labelled images. */
final class LabelsOption {
    @Option(
            names = "--labels",
            paramLabel = "SHARE|FILE",
            defaultValue = "100%",
            description =
                    "Training images whose labels are used: a share of each class such as 1%%, drawn by --seed, or a"
                            + " text file with the path or file name of an image a line [100%%].")
    private String text;

    /** Adds what is wrong with the value itself, before any image is read. */
    void check(List<String> problems) {
        try {
            choice();
        } catch (IllegalArgumentException e) {
            problems.add("--labels: " + e.getMessage());
        }
    }

    /** What was asked for. */
    LabelChoice choice() {
        return LabelChoice.parse(text);
    }
}
