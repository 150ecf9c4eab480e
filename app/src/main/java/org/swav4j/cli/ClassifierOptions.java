package org.swav4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands that train one classifier are told: images, labels, recipe, and where the result goes. */
final class ClassifierOptions {
    private static final int MEASURED = 10;

    @Mixin
    private TrainTestOptions data;

    @Mixin
    private LabelsOption labels;

    @Mixin
    private RecipeOptions recipe;

    @Option(
            names = "--test-every",
            paramLabel = "N",
            description = "Epochs between two looks at the test images [a tenth of all].")
    private Integer testEvery;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "A new folder for the trained encoder and its classifier, usable wherever --model is.")
    private Path out;

    /** Adds what is wrong with the values themselves. */
    void check(List<String> problems) {
        labels.check(problems);
        recipe.check(problems);
        EvaluationOptions.range(problems, "--test-every", testEvery, 1, Integer.MAX_VALUE);
    }

    TrainTestOptions data() {
        return data;
    }

    LabelsOption labels() {
        return labels;
    }

    RecipeOptions recipe() {
        return recipe;
    }

    /** Epochs between two tests of a training of so many. */
    int testEvery(int epochs) {
        return testEvery != null ? testEvery : (epochs + MEASURED - 1) / MEASURED;
    }

    /** Where the trained encoder goes, if anywhere. */
    Optional<Path> out() {
        return Optional.ofNullable(out);
    }
}
