package org.swav4j.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What can be done with images before training on them. */
@Command(
        name = "data",
        description = "Looks at data sets and prepares them.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = {
            DataPreviewCommand.class,
            DataCheckCommand.class,
            DataPackCommand.class,
            DataFetchCommand.class,
            HelpCommand.class
        })
final class DataCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** A command line of its own, since picocli applies model transformers of subcommands only where one is made. */
    static CommandLine commandLine() {
        return new CommandLine(new DataCommand());
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
