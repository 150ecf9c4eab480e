package org.swav4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option {@code --model} of commands that use an encoder. */
final class ModelOption {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "RUN_OR_CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "A run, whose newest checkpoint is taken, or one checkpoint.")
    private Path path;

    Path path() {
        return path;
    }

    /** What can be seen to be wrong with it before anything is read. */
    Optional<String> problem() {
        return problem(path);
    }

    /** The same of a model that is not required. */
    static Optional<String> problem(Path model) {
        return Files.exists(model)
                ? Optional.empty()
                : Optional.of("--model: " + model + ": there is no such run or checkpoint");
    }
}
