package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Resolution;
import org.swav4j.train.TrainingResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code swav reproduce}: whether a run can be had again. */
@Command(
        name = ReproduceCommand.NAME,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a run again from its beginning, to the step of its newest checkpoint, and compares the two bit for bit.",
            "Exit code 0 if they are the same, 1 if not."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav reproduce runs/photos --out runs/again",
            "  swav reproduce runs/photos --out runs/again --data /mnt/photos",
            "  swav reproduce runs/photos --out runs/again --resume"
        })
final class ReproduceCommand implements Callable<Integer> {
    static final String NAME = "reproduce";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            converter = Places.OnThisMachine.class,
            description = "The run to train again; nothing is written to it.")
    private Path run;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "Folder to write the new run to; must be new or empty.")
    private Path out;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Where the run's images lie now [where they lay then].")
    private Path data;

    @Option(
            names = "--init-from",
            paramLabel = "CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "Where the checkpoint lies now that the run began with [where it lay then].")
    private Path initFrom;

    @Option(names = "--resume", description = "Go on with an unfinished reproduction in --out, or compare once more.")
    private boolean resume;

    @Option(names = "--json", description = "Print the result as JSON; progress goes to standard error.")
    private boolean json;

    @Option(names = "--quiet", description = "Print warnings and the result only.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        PrintWriter results = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        ProgressLine line = new ProgressLine(json ? err : results, ProgressLine.suitable(quiet));
        OriginalRun original = OriginalRun.open(run, line::warning);
        requirePlace(original);
        ImageSource images = images(original, line);
        original.requireTrainedOn(images);
        line.say(images.description());
        Checkpoint initial = resume ? null : original.initial(initFrom);
        TrainingResult result;
        Interrupts interrupts = Interrupts.install(err);
        try (interrupts) {
            PretrainRun training = training(original, images, initial);
            result = resume
                    ? training.resume(false, null, line, interrupts)
                    : training.begin(initial, null, line, interrupts);
        } finally {
            line.finish();
        }
        if (result.interrupted()) {
            new PretrainReport(results, json, quiet, result, out).stopped(commandToGoOn());
            return interrupts.exitCode();
        }
        ReproductionReport report = ReproductionReport.of(original, RunDirectory.open(out), result.checkpoint());
        report.write();
        if (json) {
            Json.print(results, report.fields());
        } else {
            results.print(report.text());
            results.flush();
        }
        return report.same() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private PretrainRun training(OriginalRun original, ImageSource images, Checkpoint initial) {
        PretrainConfig config = original.settings().config();
        Optional<String> from = Optional.ofNullable(initial)
                .map(checkpoint -> checkpoint.directory().toAbsolutePath().toString());
        return new PretrainRun(
                PretrainRanks.alone(),
                images,
                new Resolution(config, List.of(), List.of()),
                out,
                Provenance.Origin.here(Invocation.words(spec), Optional.empty(), Map.of(), from),
                location(original),
                0,
                Optional.empty());
    }

    /** What is in --out must be nothing, or with --resume a reproduction of this very run. */
    private void requirePlace(OriginalRun original) throws IOException {
        if (!RunDirectory.holdsRun(out)) {
            if (resume) {
                throw new UsageException("--resume: there is no run in " + out);
            }
            return;
        }
        RunDirectory there = RunDirectory.open(out);
        boolean reproduces = there.isComplete() && reproduces(original, Provenance.read(there));
        if (!reproduces) {
            throw new UsageException(
                    "--out: " + out + " holds a run that is no reproduction of " + run + "; name another folder");
        }
        if (!resume) {
            long step = new CheckpointDirectory(there.checkpoints(), 1)
                    .newest(damaged -> {})
                    .map(checkpoint -> checkpoint.progress().step())
                    .orElse(0L);
            boolean finished = step >= original.step();
            throw new UsageException("--out: " + out + " holds a reproduction of " + run
                    + (finished ? " already" : " at step " + step + " of " + original.step()) + "; to "
                    + (finished ? "compare them again: " : "go on: ") + commandToGoOn());
        }
        if (initFrom != null) {
            throw new UsageException("--init-from: is for the beginning; --resume goes on with the run's own weights");
        }
    }

    private static boolean reproduces(OriginalRun original, Provenance there) {
        List<String> command = there.origin().commandLine();
        return !there.runId().equals(original.provenance().runId())
                && command.size() > 1
                && command.get(1).equals(NAME)
                && there.data()
                        .fingerprint()
                        .equals(original.provenance().data().fingerprint());
    }

    private ImageSource images(OriginalRun original, ProgressLine line) throws IOException {
        if (data != null) {
            return Places.images(spec, "--data", data);
        }
        String location = original.provenance().data().location();
        if (location.isEmpty()) {
            throw new UsageException(
                    "--data: is needed: " + original.directory().provenance() + " does not say where the images lay");
        }
        if (SampleData.isTrainFolder(location)) {
            return SampleData.prepare(line::say).train();
        }
        try {
            return Places.recordedImages(location);
        } catch (DataException | TypeConversionException e) {
            throw new UsageException(
                    e.getMessage() + ". " + run + " was trained on the images there; --data says where they lie now");
        }
    }

    /** Where the images lie, for the record. */
    private String location(OriginalRun original) {
        if (data != null) {
            return Places.recorded(spec, "--data", data);
        }
        String then = original.provenance().data().location();
        return SampleData.isTrainFolder(then) ? SampleData.trainFolder().toString() : then;
    }

    private String commandToGoOn() {
        StringBuilder again =
                new StringBuilder(Invocation.PROGRAM + " " + NAME + " " + ShellWord.quoted(run.toString()));
        again.append(" --out ").append(ShellWord.quoted(out.toString()));
        if (data != null) {
            again.append(" --data ").append(ShellWord.quoted(Places.shown(spec, "--data", data)));
        }
        return again + " --resume";
    }
}
