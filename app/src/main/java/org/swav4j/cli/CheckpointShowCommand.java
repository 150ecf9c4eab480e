package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.swav4j.checkpoint.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code swav checkpoint show}: what one checkpoint holds. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Verifies a checkpoint and shows where in its run it was made, how many parameters it holds and what else."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav checkpoint show runs/photos/checkpoints/best",
            "  swav checkpoint show runs/photos --config    the settings as well"
        })
final class CheckpointShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN_OR_CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "A run, whose newest whole checkpoint is taken, or one checkpoint.")
    private Path named;

    @Option(names = "--config", description = "Show its config.yaml too: every setting of the run.")
    private boolean config;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Checkpoint checkpoint = Checkpoint.find(named);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = CheckpointText.fields(checkpoint);
            if (config) {
                fields.put("config", checkpoint.configYaml());
            }
            Json.print(out, fields);
            return ExitCode.DONE;
        }
        CheckpointText.lines(checkpoint).forEach(out::println);
        if (config) {
            out.println();
            out.print(checkpoint.configYaml());
        }
        out.flush();
        return ExitCode.DONE;
    }
}
