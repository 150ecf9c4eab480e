package org.swav4j.cli;

import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.CheckpointPlace;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What can be done with a run's checkpoints without training. */
@Command(
        name = "checkpoint",
        description = "Lists, verifies, shows and prunes the checkpoints of a run.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = {
            CheckpointListCommand.class,
            CheckpointVerifyCommand.class,
            CheckpointShowCommand.class,
            CheckpointPruneCommand.class,
            HelpCommand.class
        })
final class CheckpointCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** A command line of its own, as {@link DataCommand#commandLine} is. */
    static CommandLine commandLine() {
        return new CommandLine(new CheckpointCommand());
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** A place's checkpoints; unless one was named, there must be some, set aside or not. */
    static CheckpointDirectory saved(CheckpointPlace place) {
        CheckpointDirectory directory = new CheckpointDirectory(place.root(), 1);
        if (place.checkpoint().isEmpty()
                && directory.list().isEmpty()
                && directory.damaged().isEmpty()) {
            throw new CheckpointException(place.root() + ": no checkpoint has been saved there yet");
        }
        return directory;
    }
}
