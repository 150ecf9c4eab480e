package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.swav4j.augment.CropSpec;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.profile.StepProfiler;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.s3.S3Locations;
import org.swav4j.train.AutoConfig;
import org.swav4j.train.Choice;
import org.swav4j.train.DataFacts;
import org.swav4j.train.MachineFacts;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Resolution;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;
import org.swav4j.train.TrainingResult;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
            "  swav pretrain --data photos/ --out runs/photos --resume"
        })
final class PretrainCommand implements Callable<Integer> {
    /** As it was called, so that the commands shown can be typed. */
    private static final String PROGRAM = System.getProperty("swav.command", "swav");

    /** What is used where there is no --data. */
    private static final String SAMPLE_PRESET = "sample";

    private static final int KNN_NEIGHBOURS = 20;
    private static final double KNN_TEMPERATURE = 0.07;

    /** What a resumed run may be given anew: none of it changes what is learned, but for the last bits. */
    private static final Set<Setting> CHANGEABLE = new LinkedHashSet<>(List.of(
            Setting.THREADS,
            Setting.WORKERS,
            Setting.CACHE_MB,
            Setting.CHECKPOINT_ACTIVATIONS,
            Setting.KNN_EVERY,
            Setting.MAX_STEPS));

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Images: a folder, nested as you like, tar shards, a .zip or a folder in it, CIFAR's"
                    + " binary batches, a .txt list, or a .csv or .jsonl manifest; may be s3://BUCKET/PREFIX.")
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "Folder to write the run to; must be new or empty.")
    private Path out;

    @Option(names = "--preset", paramLabel = "NAME", description = "A recipe to start from; 'swav presets' lists them.")
    private String preset;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "Settings as YAML; they replace the preset's.")
    private Path config;

    @Option(
            names = "--init-from",
            paramLabel = "CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "Start from the weights of a checkpoint.")
    private Path initFrom;

    @Option(names = "--resume", description = "Go on with the run in --out from its newest checkpoint.")
    private boolean resume;

    @Option(
            names = "--knn-train",
            paramLabel = "PATH",
            description = "Labelled images for k-NN: as --data, with a folder per class or labels.")
    private Path knnTrain;

    @Option(names = "--knn-test", paramLabel = "PATH", description = "Labelled images that k-NN is measured on.")
    private Path knnTest;

    @Option(
            names = "--profile",
            paramLabel = "N",
            description = "Show where the time of N steps goes, after the first " + StepProfiler.WARM_UP
                    + ", and write it to the run for a trace viewer; 1 to " + StepProfiler.MOST_STEPS + ".")
    private String profile;

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
        Settings given = given();
        Path run = out != null ? out : newSampleRun();
        PrintWriter results = spec.commandLine().getOut();
        PrintWriter progress = json ? spec.commandLine().getErr() : results;
        ProgressLine line = new ProgressLine(progress, ProgressLine.suitable(quiet));
        SampleData sample = data == null ? SampleData.prepare(line::say) : null;
        ImageSource images = data == null ? sample.train() : Places.images(spec, "--data", data);
        if (images.size() < 2) {
            throw new DataException(images.description() + ": at least two images are needed");
        }
        Resolution resolution = AutoConfig.complete(given, DataFacts.of(images), MachineFacts.detect());
        KnnProtocol protocol = protocol(sample, resolution.config());
        line.say(images.description());
        show(resolution, line);
        TrainingResult result = train(images, resolution, run, origin(given), protocol, line);
        if (result.interrupted()) {
            reportStop(result, run, results);
            return ExitCode.INTERRUPTED;
        }
        line.say("Done: " + result.step() + " steps, the encoder is in " + result.checkpoint());
        LearningReport learned = protocol == null
                ? null
                : LearningReport.of(
                        result.checkpoint(),
                        resolution.config().seed(),
                        resolution.config().precision(),
                        protocol);
        reportEnd(result, learned, run, results);
        return ExitCode.DONE;
    }

    private TrainingResult train(
            ImageSource images,
            Resolution resolution,
            Path run,
            Provenance.Origin origin,
            KnnProtocol protocol,
            ProgressLine line)
            throws IOException {
        PretrainRun training = new PretrainRun(images, resolution, run, origin, location(), profiledSteps());
        try (Interrupts interrupts = Interrupts.install(spec.commandLine().getErr())) {
            return resume
                    ? training.resume(protocol, line, interrupts)
                    : training.begin(initFrom, protocol, line, interrupts);
        } finally {
            line.finish();
        }
    }

    /** How the encoder is measured, where there are labelled images to measure it on; otherwise null. */
    private KnnProtocol protocol(SampleData sample, PretrainConfig settings) {
        LabelledImages labelled = knnTrain != null
                ? Places.images(spec, "--knn-train", knnTrain)
                : sample == null ? null : sample.train();
        if (labelled == null) {
            return null;
        }
        LabelledImages asked = knnTest != null ? Places.images(spec, "--knn-test", knnTest) : sample.test();
        int side = settings.crops().stream().mapToInt(CropSpec::size).max().orElseThrow();
        return new KnnProtocol(
                labelled,
                asked,
                FrozenEncoder.view(side),
                new Knn(KNN_NEIGHBOURS, KNN_TEMPERATURE),
                settings.workers(),
                new Quarantine("k-NN"));
    }

    /** How the run came to be, for the record. */
    private Provenance.Origin origin(Settings given) {
        String recipe = preset == null && data == null ? SAMPLE_PRESET : preset;
        Optional<String> from =
                Optional.ofNullable(initFrom).map(p -> p.toAbsolutePath().toString());
        return Provenance.Origin.here(words(), Optional.ofNullable(recipe), given.overrides(), from);
    }

    /** Where the images lie, for the record. */
    private String location() {
        Path place = data == null ? SampleData.trainFolder() : data;
        return place.getFileSystem() == FileSystems.getDefault()
                ? place.toAbsolutePath().toString()
                : Places.shown(spec, "--data", data);
    }

    /** Program and arguments, for the record. */
    private List<String> words() {
        List<String> words = new ArrayList<>(List.of("swav"));
        spec.commandLine().getParseResult().originalArgs().forEach(a -> words.add(S3Locations.shown(a)));
        return words;
    }

    /** Every problem with what was typed, at once. */
    private Settings given() {
        Settings.Builder settings = Settings.builder();
        Failures.unknown(spec.commandLine().getUnmatchedArguments(), spec.commandLine())
                .forEach(p -> settings.problem(p.place(), p.what()));
        if (resume && (preset != null || config != null)) {
            settings.problem(
                    preset != null ? "--preset" : "--config",
                    "a resumed run goes on with its own settings; single ones can be given as flags");
        } else if (resume && out == null) {
            settings.problem("--resume", "needs --out, the run to go on with");
        } else if (resume && !RunDirectory.holdsRun(out)) {
            settings.problem("--resume", "there is no run in " + out);
        } else if (resume) {
            settings.file(out.resolve(RunDirectory.CONFIG));
        } else if (out != null && RunDirectory.holdsRun(out)) {
            settings.problem("--out", out + " holds a run already; go on with it by --resume, or name another folder");
        }
        if (preset != null) {
            settings.preset(preset);
        } else if (data == null && !resume) {
            settings.preset(SAMPLE_PRESET);
        }
        if (config != null) {
            settings.file(config);
        }
        if (data != null && out == null) {
            settings.problem("--out", "is needed with --data: the folder to write the run to, such as runs/first");
        }
        if ((knnTrain == null) != (knnTest == null)) {
            settings.problem(
                    knnTrain == null ? "--knn-test" : "--knn-train",
                    "needs " + (knnTrain == null ? "--knn-train" : "--knn-test") + " beside it");
        }
        if (profile != null && profiledSteps() == 0) {
            settings.problem(
                    "--profile",
                    "must be a whole number of steps from 1 to " + StepProfiler.MOST_STEPS + ", found '" + profile
                            + "'");
        }
        SettingOptions.read(spec, settings);
        if (resume && initFrom != null) {
            settings.problem("--init-from", "is for a new run; --resume goes on with the run's own weights");
        }
        if (resume) {
            for (Setting setting : SettingOptions.given(spec)) {
                if (!CHANGEABLE.contains(setting)) {
                    settings.problem(
                            setting.flag(),
                            "a resumed run keeps its settings, so that it continues what was begun; only "
                                    + String.join(
                                            ", ",
                                            CHANGEABLE.stream()
                                                    .map(Setting::flag)
                                                    .toList())
                                    + " may change");
                }
            }
        }
        return settings.build();
    }

    /** 0 for none, and for what is no number in range. */
    private int profiledSteps() {
        boolean digits = profile != null && profile.matches("[0-9]{1,9}");
        int steps = digits ? Integer.parseInt(profile) : 0;
        return steps <= StepProfiler.MOST_STEPS ? steps : 0;
    }

    /** runs/sample, or the first of runs/sample-2, runs/sample-3, ... that is not there. */
    private static Path newSampleRun() {
        Path run = Path.of("runs", "sample");
        for (int i = 2; Files.exists(run); i++) {
            run = Path.of("runs", "sample-" + i);
        }
        return run;
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

    private void reportStop(TrainingResult result, Path run, PrintWriter results) {
        if (json) {
            Json.print(results, fields(result, run));
        } else {
            printProfile(result, results);
            StringBuilder again = new StringBuilder(PROGRAM + " pretrain");
            for (Map.Entry<String, Path> folder : folders(run).entrySet()) {
                String place = Places.shown(spec, folder.getKey(), folder.getValue());
                again.append(' ').append(folder.getKey()).append(' ').append(ShellWord.quoted(place));
            }
            results.println("Stopped after step " + result.step() + ". To go on: " + again + " --resume");
        }
        results.flush();
    }

    /** The paths a run was given, to give them again. */
    private Map<String, Path> folders(Path run) {
        Map<String, Path> folders = new LinkedHashMap<>();
        folders.put("--data", data);
        folders.put("--out", run);
        folders.put("--knn-train", knnTrain);
        folders.put("--knn-test", knnTest);
        folders.values().removeIf(Objects::isNull);
        return folders;
    }

    private void reportEnd(TrainingResult result, LearningReport learned, Path run, PrintWriter results) {
        if (json) {
            Map<String, Object> fields = fields(result, run);
            if (learned != null) {
                fields.putAll(learned.fields());
            }
            Json.print(results, fields);
        } else {
            printProfile(result, results);
            if (learned != null) {
                results.print(learned.text());
            }
            if (!quiet) {
                results.println("What next:");
                if (data == null) {
                    results.println("  " + PROGRAM
                            + " pretrain --data YOUR_IMAGES/ --out runs/mine      train on your own images");
                }
                results.println("  " + PROGRAM + " knn --model " + ShellWord.quoted(run.toString())
                        + " --train LABELLED/ --test LABELLED/    measure the encoder");
                results.println("  tensorboard --logdir " + run + "      see the curves; " + run
                        + "/metrics.jsonl has the numbers");
            }
        }
        results.flush();
    }

    /** What was shown already when it was measured, unless nothing but results is to be shown. */
    private void printProfile(TrainingResult result, PrintWriter results) {
        if (quiet && result.profile() != null) {
            results.print(ProfileText.of(result.profile()));
        }
    }

    private static Map<String, Object> fields(TrainingResult result, Path run) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("run", run.toString());
        fields.put("interrupted", result.interrupted());
        fields.put("step", result.step());
        fields.put("loss", Double.isFinite(result.loss()) ? result.loss() : null);
        fields.put("checkpoint", result.checkpoint().toString());
        if (result.profile() != null) {
            fields.put("profile", ProfileText.fields(result.profile()));
        }
        return fields;
    }
}
