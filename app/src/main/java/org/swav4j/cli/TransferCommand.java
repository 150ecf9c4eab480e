package org.swav4j.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What an encoder is worth on other data sets than the one it was trained on. */
@Command(
        name = "transfer",
        description = "Measures an encoder's frozen features on other data sets.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = {TransferSvmCommand.class, LinearCommand.class, HelpCommand.class})
final class TransferCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** A command line of its own, as {@link DataCommand#commandLine} is. */
    static CommandLine commandLine() {
        return new CommandLine(new TransferCommand());
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
