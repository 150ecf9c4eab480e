package org.swav4j.cli;

import java.nio.file.Path;
import org.swav4j.data.LabelledImages;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options {@code --train} and {@code --test} of commands that learn from labelled images and try it on others. */
final class TrainTestOptions {
    @Option(
            names = "--train",
            required = true,
            paramLabel = "PATH",
            description = "Labelled images to learn from: a folder or .zip with a folder per class, tar shards, CIFAR's"
                    + " binary batches, or a .csv or .jsonl manifest with labels.")
    private Path train;

    @Option(names = "--test", required = true, paramLabel = "PATH", description = "Labelled images to classify.")
    private Path test;

    LabelledImages train(CommandSpec spec) {
        return Places.images(spec, "--train", train);
    }

    LabelledImages test(CommandSpec spec) {
        return Places.images(spec, "--test", test);
    }
}
