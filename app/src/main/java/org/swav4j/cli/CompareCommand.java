package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.swav4j.augment.EvalTransform;
import org.swav4j.classify.Cell;
import org.swav4j.classify.CompareWatcher;
import org.swav4j.classify.Comparison;
import org.swav4j.classify.Method;
import org.swav4j.classify.Preset;
import org.swav4j.classify.Recipe;
import org.swav4j.classify.TrainingTask;
import org.swav4j.classify.TrainingWatcher;
import org.swav4j.data.LabelChoice;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.format.AtomicFile;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.report.LineChart;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.train.BuildInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav compare}: pretrained against not, with more and more of the labels. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says what pretraining is worth: accuracy against the share of labels, for the encoder fine-tuned, for the same"
                    + " architecture from scratch with the same labels and steps, and for linear classifiers on frozen"
                    + " features. Finished parts are kept; after Ctrl-C the same command goes on."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav compare --model runs/photos --train labelled/train --test labelled/test",
            "  swav compare --model runs/photos --train labelled/train --test labelled/test --labels 1%%,10%% --seeds 3"
        })
final class CompareCommand implements Callable<Integer> {
    private static final int MAX_SEEDS = 1000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private EvaluationOptions options;

    @Mixin
    private TrainTestOptions data;

    @Option(
            names = "--labels",
            paramLabel = "SHARE,...",
            split = ",",
            defaultValue = "1%,5%,10%,50%,100%",
            description = "Shares of the labels, or files that list images as for 'swav finetune'"
                    + " [1%%,5%%,10%%,50%%,100%%].")
    private List<String> labels;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Repetitions, each with other subsets, fresh weights and orders, from --seed on [1].")
    private int seeds;

    @Mixin
    private RecipeOptions recipes;

    @Option(
            names = "--scratch-lr",
            paramLabel = "X",
            description = "Learning rate from scratch, where --lr is the pretrained encoder's [of the preset].")
    private Double scratchLr;

    @Option(
            names = "--scratch-weight-decay",
            paramLabel = "X",
            description = "Weight decay from scratch [of the preset].")
    private Double scratchWeightDecay;

    @Override
    public Integer call() {
        check();
        EncoderSource encoder = options.encoder();
        LabelledImages train = LabelChoice.ALL.of(data.train(spec), options.seed());
        LabelledImages test = data.test(spec);
        List<LabelChoice> choices = labels.stream().map(LabelChoice::parse).toList();
        EvalTransform view = options.view(encoder);
        IntFunction<Preset> presets = images -> recipes.preset(view.size(), images, (double) images / train.size());
        Preset preset = presets.apply(train.size());
        TrainingTask tuned = new TrainingTask(
                encoder,
                train,
                test,
                recipes.applied(preset.tuned(), false),
                view,
                Placement.of(options.device(), options.precision()),
                options.precision(),
                options.trainingWorkers(),
                options.seed(),
                Integer.MAX_VALUE,
                new Quarantine("images"));
        Comparison comparison = new Comparison(
                tuned,
                images -> recipes.applied(presets.apply(images).tuned(), false),
                scratch(preset),
                choices,
                seeds,
                Optional.of(new FrozenLinear(options, view, new Quarantine("images"))));
        return run(comparison, options.reportFolder(encoder));
    }

    private void check() {
        List<String> problems = new ArrayList<>();
        options.check(problems);
        for (String text : labels) {
            try {
                LabelChoice.parse(text);
            } catch (IllegalArgumentException e) {
                problems.add("--labels: " + e.getMessage());
            }
        }
        EvaluationOptions.range(problems, "--seeds", seeds, 1, MAX_SEEDS);
        recipes.check(problems);
        RecipeOptions.above(problems, "--scratch-lr", scratchLr);
        if (scratchWeightDecay != null && !(scratchWeightDecay >= 0 && scratchWeightDecay <= 1)) {
            problems.add("--scratch-weight-decay: '" + scratchWeightDecay + "': must be from 0 to 1");
        }
        EvaluationOptions.refuse(problems);
    }

    private Recipe scratch(Preset preset) {
        Recipe recipe = recipes.withoutRates(preset.scratch());
        recipe = scratchLr == null ? recipe : recipe.withRates(scratchLr, scratchLr);
        return scratchWeightDecay == null ? recipe : recipe.withWeightDecay(scratchWeightDecay);
    }

    private int run(Comparison comparison, Optional<Path> reports) {
        PrintWriter err = spec.commandLine().getErr();
        ProgressLine progress = new ProgressLine(err, ProgressLine.suitable(options.quiet()));
        Optional<Path> cells = reports.map(folder -> folder.resolve("compare-cells"));
        CpuThreads.useInTraining(options.threads());
        try (Interrupts interrupts = Interrupts.install(err, ClassifierRun.stopping(cells.isPresent()))) {
            Optional<List<Cell>> found = comparison.run(
                    new Shown(progress), interrupts, cells, BuildInfo.read().version());
            progress.finish();
            if (found.isEmpty()) {
                err.println(ClassifierRun.stopped(cells.isPresent()));
                err.flush();
                return interrupts.exitCode();
            }
            CompareReport report = new CompareReport(comparison, found.get());
            new ReportOutput(spec)
                    .show(report.report(Invocation.line(spec), options.threads()), reports, options.json());
            reports.ifPresent(folder -> {
                write(folder.resolve("compare.md"), report.markdown());
                write(folder.resolve("compare.svg"), LineChart.svg(report.chart()));
            });
            return ExitCode.DONE;
        } finally {
            progress.finish();
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written", e);
        }
    }

    /** How it goes, as lines for people. */
    private record Shown(ProgressLine progress) implements CompareWatcher {
        @Override
        public TrainingWatcher begins(int number, int cells, Method method, String labels, long seed) {
            return new TrainingProgress(
                    progress, String.format(Locale.ROOT, "[%d/%d] %s, %s: ", number, cells, labels, method));
        }

        @Override
        public void cell(int number, int cells, Cell cell) {
            progress.say(String.format(
                    Locale.ROOT,
                    "[%d/%d] %s, %s, seed %d: top-1 %.1f %%",
                    number,
                    cells,
                    cell.labels(),
                    cell.method(),
                    cell.seed(),
                    100 * cell.top1()));
        }
    }
}
