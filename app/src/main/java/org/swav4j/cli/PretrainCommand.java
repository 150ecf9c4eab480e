package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.comm.RankLostException;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.launch.LaunchedRank;
import org.swav4j.launch.Lifeline;
import org.swav4j.profile.StepProfiler;
import org.swav4j.runlog.Provenance;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.train.AutoConfig;
import org.swav4j.train.Choice;
import org.swav4j.train.DataFacts;
import org.swav4j.train.Resolution;
import org.swav4j.train.Settings;
import org.swav4j.train.TrainingResult;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav pretrain}: the main job. */
@Command(
        name = "pretrain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains an encoder on unlabelled images.",
            "Without --data, on sample images that are drawn first. What is not given is chosen from the images and"
                    + " the machine, and printed with its reason."
        },
        synopsisHeading = "Usage: ",
        customSynopsis = "swav pretrain [--data PATH --out DIR] [--preset NAME] [SETTINGS]",
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav pretrain",
            "  swav pretrain --data photos/ --out runs/photos",
            "  swav pretrain --data photos.zip --out runs/photos",
            "  swav pretrain --data cifar10/train --preset cifar10-cpu --out runs/c10 \\",
            "                --knn-train cifar10/train --knn-test cifar10/test",
            "  swav pretrain --data photos/ --out runs/b --prototypes 500 \\",
            "                --crops 2x160@0.2-1,4x96@0.05-0.2",
            "  swav pretrain --data photos/ --out runs/photos --resume",
            "  swav pretrain --data photos/ --out runs/photos --resume auto --checkpoint-every 30m",
            "  swav pretrain --data photos/ --out runs/photos --nproc 4 --max-restarts 3"
        })
final class PretrainCommand implements Callable<Integer> {
    /** What is used where there is no --data. */
    private static final String SAMPLE_PRESET = "sample";

    private static final OnPreempt SAVE = new OnPreempt(true, null);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Images: a folder, nested as you like, tar shards, a .zip or a folder in it, CIFAR's"
                    + " binary batches, a .txt list, or a .csv or .jsonl manifest; may be s3://BUCKET/PREFIX.")
    private Path data;

    @Mixin
    private RunOptions runOptions;

    @Option(names = "--preset", paramLabel = "NAME", description = "A recipe to start from; 'swav presets' lists them.")
    private String preset;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "Settings as YAML; they replace the preset's.")
    private Path config;

    @Option(
            names = "--on-preempt",
            paramLabel = "HOW",
            converter = OnPreempt.Converter.class,
            description =
                    "On SIGTERM or SIGUSR1: save (finish the step and save), exit (at once), or run:COMMAND to run"
                            + " it after saving [save].")
    private OnPreempt onPreempt = SAVE;

    @Mixin
    private KnnOptions knn;

    @Option(
            names = "--profile",
            paramLabel = "N",
            description = "Show where the time of N steps goes, after the first " + StepProfiler.WARM_UP
                    + ", and write it to the run for a trace viewer; 1 to " + StepProfiler.MOST_STEPS + ".")
    private String profile;

    @Mixin
    private RestartOptions rankOptions;

    @Option(names = "--json", description = "Print the result as JSON; progress goes to standard error.")
    private boolean json;

    @Option(names = "--quiet", description = "Print warnings and the result only.")
    private boolean quiet;

    private PretrainCommand() {}

    /** The command with an option for every setting; it reports what it does not know together with all else. */
    static CommandLine commandLine() {
        CommandSpec spec = CommandSpec.forAnnotatedObject(new PretrainCommand());
        SettingOptions.addTo(spec);
        return new CommandLine(spec).setUnmatchedArgumentsAllowed(true);
    }

    @Override
    public Integer call() throws IOException {
        if (rankOptions.launches()) {
            return launch();
        }
        Optional<Lifeline> launcher = Lifeline.ofThisRank(Interrupts::endAtOnceBy);
        Optional<RankEnvironment> environment = PretrainRanks.environment();
        boolean first = environment.map(e -> e.rank() == 0).orElse(true);
        Settings given = given();
        Path run = runOptions.run();
        PrintWriter results = spec.commandLine().getOut();
        PrintWriter progress = json || !first ? spec.commandLine().getErr() : results;
        ProgressLine line = new ProgressLine(progress, ProgressLine.suitable(quiet || !first));
        SampleData sample = data == null ? SampleData.prepare(line::say) : null;
        ImageSource images = data == null ? sample.train() : Places.images(spec, "--data", data);
        if (images.size() < 2) {
            throw new DataException(images.description() + ": at least two images are needed");
        }
        Resolution resolution = AutoConfig.complete(
                given,
                DataFacts.of(images),
                PretrainRanks.machine(environment),
                environment.map(RankEnvironment::world).orElse(1));
        KnnProtocol protocol = knn.protocol(spec, sample, resolution.config());
        line.say(images.description());
        show(resolution, line);
        Checkpoint initial = runOptions.initial();
        Interrupts interrupts = onPreempt.saves()
                ? Interrupts.install(spec.commandLine().getErr())
                : Interrupts.installForPreemptionAtOnce(spec.commandLine().getErr());
        launcher.ifPresent(interrupts::with);
        boolean onGpu = new ComputeDevice(resolution.config().device()).isCuda();
        TrainingResult result;
        Duration timeout = rankOptions.ranks().timeout();
        Consumer<RankLostException> ending =
                why -> Runtime.getRuntime().halt(new Failures(() -> false).print(why, spec.commandLine()));
        try (PretrainRanks ranks =
                PretrainRanks.join(environment, timeout, onGpu, images, protocol, given, line::warning, ending)) {
            result = train(ranks, images, resolution, run, initial, origin(given, initial), protocol, line, interrupts);
        }
        if (!first) {
            return result.interrupted() ? interrupts.exitCode() : ExitCode.DONE;
        }
        PretrainReport report = new PretrainReport(results, json, quiet, result, run);
        if (result.interrupted()) {
            report.stopped(commandToGoOn(run));
            if (interrupts.preempted()) {
                onPreempt.saved(run, result.checkpoint(), spec.commandLine().getErr());
            }
            return interrupts.exitCode();
        }
        line.say("Done: " + result.step() + " steps, the encoder is in " + result.checkpoint());
        CpuThreads.use(resolution.config().threads());
        LearningReport learned = protocol == null || interrupts.getAsBoolean()
                ? null
                : LearningReport.of(
                        result.checkpoint(),
                        resolution.config().seed(),
                        resolution.config().precision(),
                        protocol);
        report.ended(learned, Invocation.PROGRAM, data == null);
        return ExitCode.DONE;
    }

    /** Leaves the training to processes that this one starts. */
    private int launch() throws IOException {
        given();
        PrintWriter results = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        ProgressLine.Mode mode = ProgressLine.suitable(quiet);
        if (data == null) {
            SampleData.prepare(new ProgressLine(json ? err : results, mode)::say);
        }
        List<String> words = spec.commandLine().getParseResult().originalArgs();
        return new PretrainLaunch(rankOptions, runOptions.run(), words, runOptions.isNamed(), runOptions.mayResume())
                .run(mode == ProgressLine.Mode.TERMINAL, results, err);
    }

    private TrainingResult train(
            PretrainRanks ranks,
            ImageSource images,
            Resolution resolution,
            Path run,
            Checkpoint initial,
            Provenance.Origin origin,
            KnnProtocol protocol,
            ProgressLine line,
            Interrupts interrupts)
            throws IOException {
        PretrainRun training = new PretrainRun(
                ranks,
                images,
                resolution,
                run,
                origin,
                location(),
                profiledSteps(),
                LaunchedRank.of(System.getenv()).flatMap(LaunchedRank::restart));
        try (interrupts) {
            if (ranks.collective().rank() > 0) {
                return training.follow(protocol, line, interrupts);
            }
            return runOptions.resumes()
                    ? training.resume(runOptions.acceptsDataChange(), protocol, line, interrupts)
                    : training.begin(initial, protocol, line, interrupts);
        } catch (IOException | RuntimeException | Error e) {
            ranks.leave(e);
            throw e;
        } finally {
            line.finish();
        }
    }

    /** How the run came to be, for the record. */
    private Provenance.Origin origin(Settings given, Checkpoint initial) {
        String recipe = preset == null && data == null ? SAMPLE_PRESET : preset;
        Optional<String> from = Optional.ofNullable(initial)
                .map(checkpoint -> checkpoint.directory().toAbsolutePath().toString());
        return Provenance.Origin.here(Invocation.words(spec), Optional.ofNullable(recipe), given.overrides(), from);
    }

    /** Where the images lie, for the record. */
    private String location() {
        return data == null ? SampleData.trainFolder().toString() : Places.recorded(spec, "--data", data);
    }

    /** Every problem with what was typed, at once; the settings of a run that goes on are its own. */
    private Settings given() {
        Settings.Builder settings = Settings.builder();
        Failures.unknown(spec.commandLine().getUnmatchedArguments(), spec.commandLine())
                .forEach(p -> settings.problem(p.place(), p.what()));
        runOptions.check(settings, data == null);
        rankOptions.check(settings::problem);
        if (preset != null) {
            settings.preset(preset);
        } else if (data == null && !runOptions.resumes()) {
            settings.preset(SAMPLE_PRESET);
        }
        if (config != null) {
            settings.file(config);
        }
        knn.check(settings);
        if (profile != null && profiledSteps() == 0) {
            settings.problem(
                    "--profile",
                    "must be a whole number of steps from 1 to " + StepProfiler.MOST_STEPS + ", found '" + profile
                            + "'");
        }
        SettingOptions.read(spec, settings);
        return runOptions.settings(settings.build());
    }

    /** 0 for none, and for what is no number in range. */
    private int profiledSteps() {
        boolean digits = profile != null && profile.matches("[0-9]{1,9}");
        int steps = digits ? Integer.parseInt(profile) : 0;
        return steps <= StepProfiler.MOST_STEPS ? steps : 0;
    }

    private static void show(Resolution resolution, ProgressLine line) {
        if (!resolution.choices().isEmpty()) {
            line.say("Chosen automatically:");
        }
        for (Choice choice : resolution.choices()) {
            line.say("  " + choice);
        }
        resolution.warnings().forEach(line::warning);
    }

    private String commandToGoOn(Path run) {
        StringBuilder again = new StringBuilder(Invocation.PROGRAM + " pretrain");
        for (Map.Entry<String, Path> folder : folders(run).entrySet()) {
            String place = Places.shown(spec, folder.getKey(), folder.getValue());
            again.append(' ').append(folder.getKey()).append(' ').append(ShellWord.quoted(place));
        }
        if (rankOptions.ranks().processes() > 1) {
            again.append(" --nproc ").append(rankOptions.ranks().processes());
        }
        return again + " --resume";
    }

    /** The paths a run was given, to give them again. */
    private Map<String, Path> folders(Path run) {
        Map<String, Path> folders = new LinkedHashMap<>();
        folders.put("--data", data);
        folders.put("--out", run);
        knn.addTo(folders);
        folders.values().removeIf(Objects::isNull);
        return folders;
    }
}
