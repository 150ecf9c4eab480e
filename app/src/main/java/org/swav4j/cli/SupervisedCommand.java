package org.swav4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
    private ClassifierOptions classifier;

    @Override
    public Integer call() {
        return new ClassifierRun(spec, options, classifier).run(ClassifierRun.Kind.SUPERVISED);
    }
}
