package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.checkpoint.CheckpointEntry;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.CheckpointPlace;
import org.swav4j.checkpoint.Pruning;
import org.swav4j.dataset.Bytes;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.runlog.RunLock;
import org.swav4j.train.ConfigYaml;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code swav checkpoint prune}: room on the disk. */
@Command(
        name = "prune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Deletes the checkpoints of a run but for the newest and the best by k-NN. Refuses while the run is trained, and"
                    + " where no whole checkpoint would stay."
        },
        footerHeading = "%nExample:%n",
        footer = "  swav checkpoint prune runs/photos --keep 1 --damaged --dry-run")
final class CheckpointPruneCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            converter = Places.OnThisMachine.class,
            description = "A run, or its folder of checkpoints.")
    private Path named;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "How many of the newest to keep, beside the best [the run's own --keep].")
    private Integer keep;

    @Option(names = "--damaged", description = "Delete those that were set aside as damaged, too.")
    private boolean damaged;

    @Option(names = "--dry-run", description = "Say what would be deleted, and delete nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (keep != null && keep < 1) {
            throw new UsageException("--keep: '" + keep + "': must be at least 1");
        }
        CheckpointPlace place = CheckpointPlace.find(named);
        RunDirectory run = run(place);
        int newest = keep != null ? keep : keepOf(run);
        if (dryRun) {
            report(place, Pruning.plan(place.root(), newest, damaged));
            return ExitCode.DONE;
        }
        Optional<RunLock.Holder> holder = RunLock.holder(run);
        if (holder.isPresent()) {
            throw new CheckpointException(
                    run + ": is in use by " + holder.get() + "; prune it when that has ended, or try --dry-run");
        }
        try (RunLock lock = RunLock.acquire(run)) {
            lock.warning().ifPresent(this::warn);
            CheckpointCommand.saved(place);
            Pruning pruning = Pruning.plan(place.root(), newest, damaged);
            pruning.carryOut();
            report(place, pruning);
        }
        return ExitCode.DONE;
    }

    /** Whose checkpoints to delete must be beyond doubt, and its lock where a training looks for it. */
    private static RunDirectory run(CheckpointPlace place) throws IOException {
        Optional<Path> run = place.run().filter(RunDirectory::holdsRun);
        if (place.checkpoint().isPresent()) {
            throw new CheckpointException(place.checkpoint().get() + ": is one checkpoint; name the run to prune"
                    + run.map(r -> ", " + r).orElse(""));
        }
        if (run.isEmpty()) {
            throw new CheckpointException(place.root() + ": is not within a run; only a run's checkpoints are pruned");
        }
        CheckpointCommand.saved(place);
        return RunDirectory.open(run.get());
    }

    private static int keepOf(RunDirectory run) throws IOException {
        if (!Files.exists(run.config())) {
            throw new UsageException(
                    "--keep: is needed: there is no " + run.config() + ", which would say how many to keep");
        }
        return ConfigYaml.read(Files.readString(run.config()), run.config().toString())
                .safety()
                .keep();
    }

    private void warn(String warning) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("swav: warning: " + warning);
        err.flush();
    }

    private void report(CheckpointPlace place, Pruning pruning) {
        pruning.problems().forEach(p -> warn(p + "; it stays"));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("checkpoints", place.root().toString());
            fields.put("dry_run", dryRun);
            fields.put("deleted", names(pruning.deleted()));
            fields.put("kept", names(pruning.kept()));
            fields.put("freed_bytes", pruning.freedBytes());
            Json.print(out, fields);
            return;
        }
        for (CheckpointEntry each : pruning.deleted()) {
            out.println((dryRun ? "would delete " : "deleted ")
                    + each.directory().getFileName() + ", " + Bytes.text(each.bytes()));
        }
        String kept = pruning.kept().isEmpty() ? "none" : String.join(", ", names(pruning.kept()));
        out.println(
                pruning.deleted().isEmpty()
                        ? "nothing to delete; kept: " + kept
                        : Bytes.text(pruning.freedBytes()) + (dryRun ? " would be freed" : " freed") + "; kept: "
                                + kept);
        out.flush();
    }

    private static List<String> names(List<CheckpointEntry> entries) {
        return entries.stream().map(e -> e.directory().getFileName().toString()).toList();
    }
}
