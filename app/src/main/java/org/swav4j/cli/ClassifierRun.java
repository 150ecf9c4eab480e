package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.EncoderFolder;
import org.swav4j.classify.ClassifierTraining;
import org.swav4j.classify.EpochScore;
import org.swav4j.classify.Preset;
import org.swav4j.classify.Recipe;
import org.swav4j.classify.TrainingOutcome;
import org.swav4j.classify.TrainingTask;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.EvaluationSplit;
import org.swav4j.eval.Leakage;
import org.swav4j.eval.Predictions;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.train.BuildInfo;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.json.JsonMapper;

/** One training of a classifier, from a pretrained encoder or from scratch, and its report. */
final class ClassifierRun {
    /** How a classifier begins. */
    enum Kind {
        /** From the encoder's weights. */
        FINETUNE("finetune", "Fine-tuned"),
        /** From fresh weights of the same architecture. */
        SUPERVISED("supervised", "Trained from scratch");

        private final String name;
        private final String title;

        Kind(String name, String title) {
            this.name = name;
            this.title = title;
        }
    }

    private final CommandSpec spec;
    private final EvaluationOptions options;
    private final ClassifierOptions classifier;

    ClassifierRun(CommandSpec spec, EvaluationOptions options, ClassifierOptions classifier) {
        this.spec = spec;
        this.options = options;
        this.classifier = classifier;
    }

    int run(Kind kind) {
        List<String> problems = new ArrayList<>();
        options.check(problems);
        classifier.check(problems);
        EvaluationOptions.refuse(problems);
        classifier.out().ifPresent(EncoderFolder::requireFree);
        EncoderSource given = options.encoder();
        EncoderSource start = kind == Kind.FINETUNE ? given : EncoderSource.untrained(given.info(), options.seed());
        LabelledImages all = classifier.data().train(spec);
        LabelledImages train = classifier.labels().choice().of(all, options.seed());
        LabelledImages test = classifier.data().test(spec);
        EvalTransform view = options.view(given);
        Preset preset = classifier.recipe().preset(view.size(), train.size(), (double) train.size() / all.size());
        boolean scratch = kind == Kind.SUPERVISED;
        Recipe recipe = classifier.recipe().applied(scratch ? preset.scratch() : preset.tuned(), scratch);
        Quarantine quarantine = new Quarantine("images");
        TrainingTask task = new TrainingTask(
                start,
                train,
                test,
                recipe,
                view,
                Placement.of(options.device(), options.precision()),
                options.precision(),
                options.trainingWorkers(),
                options.seed(),
                classifier.testEvery(recipe.epochsOf(train.size())),
                quarantine);
        String name = kind.name + suffix(classifier.labels().choice().toString());
        Optional<Path> reports = options.reportFolder(given);
        Optional<Path> unfinished = reports.map(
                folder -> folder.resolve(name + ".unfinished-" + task.key().substring(0, 12)));
        return train(kind, name, task, reports, unfinished);
    }

    private int train(Kind kind, String name, TrainingTask task, Optional<Path> reports, Optional<Path> unfinished) {
        PrintWriter err = spec.commandLine().getErr();
        ProgressLine progress = new ProgressLine(err, ProgressLine.suitable(options.quiet()));
        String version = BuildInfo.read().version();
        int images = task.train().size();
        CpuThreads.useInTraining(options.threads());
        try (ClassifierTraining training = new ClassifierTraining(task);
                Interrupts interrupts = Interrupts.install(err, stopping(unfinished.isPresent()))) {
            progress.say(String.format(
                    Locale.ROOT,
                    "%s: %,d images, %,d epochs of %,d steps of %,d",
                    task.start().description(),
                    images,
                    task.recipe().epochsOf(images),
                    task.recipe().stepsPerEpoch(images),
                    task.recipe().batchOf(images)));
            TrainingOutcome outcome = training.run(new TrainingProgress(progress, ""), interrupts, unfinished, version);
            progress.finish();
            if (!outcome.complete()) {
                err.println(stopped(unfinished.isPresent()));
                err.flush();
                return interrupts.exitCode();
            }
            classifier.out().ifPresent(out -> {
                training.classifier().save(out, origin(kind, task, outcome), version);
                progress.say("Encoder: " + out);
            });
            new ReportOutput(spec).show(report(kind, name, task, outcome), reports, options.json());
            training.deleteUnfinished();
            return ExitCode.DONE;
        } finally {
            progress.finish();
        }
    }

    /** What a first signal is answered with. */
    static String stopping(boolean kept) {
        return kept
                ? "Stopping: finishing this step and saving. Once more to end at once."
                : "Stopping: finishing this step. Once more to end at once.";
    }

    /** What a command that was stopped leaves. */
    static String stopped(boolean kept) {
        return kept
                ? "Stopped. The same command goes on."
                : "Stopped. Nothing was saved, as the encoder has no run; with --report DIR the same command could go on.";
    }

    /** {@code 10%} is {@code -10}, a list's its file name; nothing for all labels. */
    static String suffix(String choice) {
        if (choice.equals("100%")) {
            return "";
        }
        String file = choice.substring(Math.max(choice.lastIndexOf('/'), choice.lastIndexOf('\\')) + 1);
        String name = choice.endsWith("%") ? choice.replaceFirst("\\s?%$", "") : file.replaceFirst("\\.[^.]*$", "");
        return "-" + name.replaceAll("[^A-Za-z0-9._-]+", "-");
    }

    private byte[] origin(Kind kind, TrainingTask task, TrainingOutcome outcome) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("made_by", "swav " + kind.name);
        fields.put("from", task.start().description());
        fields.put("from_fingerprint", task.start().fingerprint());
        fields.put("train", task.train().description());
        fields.put("train_fingerprint", task.train().fingerprint());
        fields.put("classes", task.train().classNames());
        fields.put("top1", outcome.last().top1());
        return JsonMapper.builder().build().writeValueAsString(fields).getBytes(StandardCharsets.UTF_8);
    }

    private Report report(Kind kind, String name, TrainingTask task, TrainingOutcome outcome) {
        Predictions predictions = outcome.predictions().orElseThrow();
        EpochScore best = outcome.best();
        int images = task.train().size();
        Report.Builder report = Report.builder(
                        name,
                        String.format(
                                Locale.ROOT,
                                "%s on %,d labelled images (%s)",
                                kind.title,
                                images,
                                classifier.labels().choice()))
                .command(Invocation.line(spec))
                .encoder("encoder", task.start())
                .data("train", task.train())
                .data("test", task.test())
                .setting("labels", classifier.labels().choice().toString());
        settings(report, "", task.recipe(), images);
        report.setting("image_size", task.view().size())
                .setting("precision", task.precision().toString())
                .setting("threads", options.threads())
                .setting("seed", task.seed())
                .figure(Figure.share("top1", "top-1 after the last epoch", predictions.top(1), predictions.interval(1)))
                .figure(Figure.share("top5", "top-5", predictions.top(5), predictions.interval(5)))
                .figure(Figure.share("best_top1", "best top-1, chosen on test", best.top1()))
                .figure(Figure.count("best_epoch", "best after epoch", best.epoch()))
                .figure(Figure.count("epochs", "epochs", task.recipe().epochsOf(images)))
                .figure(Figure.number(
                        "train_loss", "loss of the last epoch", outcome.last().loss()));
        new EvaluationSplit(task.train(), task.test()).warnings().forEach(report::warning);
        Leakage.between(task.train(), task.test(), task.workers())
                .warning(task.train(), task.test())
                .ifPresent(report::warning);
        ReportOutput.unreadable(report, task.quarantine());
        return curves(report, outcome.scores())
                .section(new Section.Confusion("confusion", "Which classes are taken for which", predictions))
                .build();
    }

    /** Notes a recipe. */
    static void settings(Report.Builder report, String prefix, Recipe recipe, int images) {
        report.setting(prefix + "lr", recipe.trunkLr())
                .setting(prefix + "head_lr", recipe.headLr())
                .setting(prefix + "weight_decay", recipe.weightDecay())
                .setting(prefix + "batch", recipe.batchOf(images))
                .setting(prefix + "epochs", recipe.epochsOf(images))
                .setting(prefix + "steps", recipe.steps(images))
                .setting(prefix + "schedule", recipe.decay().toString())
                .setting(prefix + "min_scale", recipe.minScale())
                .setting(prefix + "jitter", recipe.jitter());
    }

    private static Report.Builder curves(Report.Builder report, List<EpochScore> scores) {
        double[] epochs = scores.stream().mapToDouble(EpochScore::epoch).toArray();
        return report.section(new Section.Chart(
                        "accuracy_by_epoch",
                        "Accuracy on test images",
                        "epoch",
                        "accuracy",
                        false,
                        true,
                        List.of(
                                new Section.Line(
                                        "top-1",
                                        epochs,
                                        scores.stream()
                                                .mapToDouble(EpochScore::top1)
                                                .toArray()),
                                new Section.Line(
                                        "top-5",
                                        epochs,
                                        scores.stream()
                                                .mapToDouble(EpochScore::top5)
                                                .toArray()))))
                .section(new Section.Chart(
                        "loss_by_epoch",
                        "Cross-entropy on training images",
                        "epoch",
                        "loss",
                        false,
                        false,
                        List.of(new Section.Line(
                                "loss",
                                epochs,
                                scores.stream().mapToDouble(EpochScore::loss).toArray()))));
    }
}
