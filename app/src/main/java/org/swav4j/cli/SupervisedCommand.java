package org.swav4j.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav supervised}: what the same labels are worth without pretraining. */
@Command(
        name = "supervised",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains the same architecture from fresh weights, drawn by --seed, on the same labels: what 'swav finetune' must"
                    + " beat. Of --model only the architecture is used. After Ctrl-C the same command goes on."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav supervised --model runs/photos --train labelled/train --test labelled/test --labels 10%%",
            "  swav supervised --model untrained:resnet18:small:32 --train labelled/train --test labelled/test"
        })
final class SupervisedCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private EvaluationOptions options;

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

    @Override
    public Integer call() {
        return new ClassifierRun(spec, options, data, labels, recipe, testEvery, out)
                .run(ClassifierRun.Kind.SUPERVISED);
    }
}
