package org.swav4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code swav finetune}: how good an encoder is where there are few labels. */
@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Puts a linear classifier on the encoder and trains both on labelled images, all of them or few, by the paper's"
                    + " recipe or one for small data. Prints the accuracy on other images. After Ctrl-C the same command"
                    + " goes on."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav finetune --model runs/photos --train labelled/train --test labelled/test --labels 10%%",
            "  swav finetune --model runs/photos --train labelled/train --test labelled/test --out tuned"
        })
final class FinetuneCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private EvaluationOptions options;

    @Mixin
    private ClassifierOptions classifier;

    @Override
    public Integer call() {
        return new ClassifierRun(spec, options, classifier).run(ClassifierRun.Kind.FINETUNE);
    }
}
