package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointEntry;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.CheckpointPlace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code swav checkpoint list}: what a run has saved. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lists the checkpoints of a run, oldest first. Reads what they say of themselves and their sizes, and verifies no"
                    + " sums: 'swav checkpoint verify' does."
        },
        footerHeading = "%nExample:%n",
        footer = "  swav checkpoint list runs/photos")
final class CheckpointListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            converter = Places.OnThisMachine.class,
            description = "A run, its folder of checkpoints, or one of them.")
    private Path named;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        CheckpointPlace place = CheckpointPlace.find(named);
        CheckpointDirectory directory = CheckpointCommand.saved(place);
        List<CheckpointEntry> entries = directory.entries();
        if (entries.isEmpty()) {
            throw new CheckpointException(
                    named + ": is one checkpoint outside a run; 'swav checkpoint show' tells what it" + " holds");
        }
        List<Path> all = directory.list();
        CheckpointListText text = new CheckpointListText(
                place,
                entries,
                all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1)),
                directory.best());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, text.fields());
        } else {
            text.lines().forEach(out::println);
        }
        out.flush();
        return ExitCode.DONE;
    }
}
