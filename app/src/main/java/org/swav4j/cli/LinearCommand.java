package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.EvaluationSplit;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.HashedImages;
import org.swav4j.eval.Leakage;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;
import org.swav4j.probe.CachedProbe;
import org.swav4j.probe.CachedProbe.Fitted;
import org.swav4j.probe.EpochScore;
import org.swav4j.probe.LinearRecipe;
import org.swav4j.probe.LinearTraining;
import org.swav4j.probe.StageFeatures;
import org.swav4j.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code swav linear}: how well a linear classifier tells classes apart by a frozen encoder's features. */
@Command(
        name = "linear",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a linear classifier on the features of a frozen encoder and prints its accuracy on test images: on crops"
                    + " drawn anew in every epoch, the paper's protocol, or with --cached on features that are computed"
                    + " once. With --cached, settings are chosen on a fifth of the training images, never on test images.",
            "Several processes, of --nproc or as torchrun starts them, share the images with --cached.",
            "Ctrl-C ends it with the epoch lost that it comes in; the same command goes on behind the last whole one."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav linear --cached --model runs/photos --train labelled/train --test labelled/test",
            "  swav linear --cached --labels 10%% --stage layer3,layer4 --model runs/photos --train a --test b",
            "  swav linear --preset small --model runs/photos --train labelled/train --test labelled/test"
        })
final class LinearCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private EvaluationOptions options;

    @Mixin
    private TrainTestOptions data;

    @Mixin
    private LabelsOption labels;

    @Mixin
    private LinearOptions linear;

    @Mixin
    private RankOptions rankOptions;

    /** What is classified, by which encoder. */
    private record Question(
            EncoderSource source,
            FrozenEncoder encoder,
            HashedImages train,
            HashedImages test,
            List<String> warnings) {}

    @Override
    public Integer call() throws Exception {
        List<String> problems = new ArrayList<>();
        options.check(problems);
        labels.check(problems);
        linear.check(problems);
        rankOptions.check(problems);
        EvaluationRanks ranks = new EvaluationRanks(rankOptions, spec);
        if ((!ranks.isAlone() || rankOptions.launches()) && !linear.cached()) {
            problems.add("--cached: is missing; a classifier on crops is trained by one process, and WORLD_SIZE in the"
                    + " environment says that there are several");
        }
        EvaluationOptions.refuse(problems);
        if (rankOptions.launches()) {
            return LocalLaunch.once(spec, rankOptions, options.quiet());
        }
        LabelledImages all = data.train(spec);
        HashedImages asked = new HashedImages(data.test(spec));
        List<String> warnings = new EvaluationSplit(all, asked).warnings();
        HashedImages known = new HashedImages(labels.choice().of(all, options.seed()));
        EncoderSource source = options.encoder();
        try (ranks) {
            String facts = options.shared(source) + "stages: " + linear.stages() + "\ntrain: " + known.fingerprint()
                    + "\ntest: " + asked.fingerprint();
            return ranks.work(facts, () -> classify(ranks, source, known, asked, warnings));
        }
    }

    private int classify(
            EvaluationRanks ranks, EncoderSource source, HashedImages known, HashedImages asked, List<String> warnings)
            throws IOException {
        // a thread's first call into libtorch sets its number of threads to the default, so that call comes first
        torch.get_num_threads();
        torch.set_num_threads(options.threads());
        ProgressLine progress = new ProgressLine(
                spec.commandLine().getErr(), ProgressLine.suitable(options.quiet() || !ranks.isFirst()));
        Placement placement = options.placement(ranks.device(options.device()));
        try (FrozenEncoder encoder = source.open(placement, options.precision())) {
            Question question = new Question(source, encoder, known, asked, warnings);
            return linear.cached() ? cached(question, ranks, progress) : onCrops(question, progress);
        } finally {
            progress.finish();
        }
    }

    private int cached(Question question, EvaluationRanks ranks, ProgressLine progress) {
        List<Stage> stages = linear.stages();
        Quarantine quarantine = new Quarantine("images");
        CachedProbe probe = linear.probe(options.seed());
        Report.Builder report = report("linear-cached", question);
        LinearReport.settings(report, probe);
        LinearReport text = new LinearReport(report, stages);
        try (StageFeatures known = features(question, question.train, quarantine, progress, ranks.collective());
                StageFeatures asked = features(question, question.test, quarantine, progress, ranks.collective())) {
            question.train.share(ranks.collective());
            question.test.share(ranks.collective());
            if (!ranks.isFirst()) {
                return ExitCode.DONE;
            }
            ReportOutput.unreadable(report, quarantine);
            Leakage leakage = Leakage.between(question.train, question.test);
            text.leaked(leakage, question.train, question.test);
            for (Stage stage : stages) {
                progress.status(() -> "fitting on " + stage, false);
                long begun = System.nanoTime();
                Fitted fitted =
                        probe.fit(known.rows(stage), question.train.classNames().size());
                progress.say(String.format(
                        Locale.ROOT,
                        "%s: %,d features of %,d images fitted in %.1f s",
                        stage,
                        known.rows(stage).dimensions(),
                        known.size(),
                        (System.nanoTime() - begun) / 1e9));
                text.cached(stage, fitted, fitted.classifier().predict(asked.rows(stage), question.train.classNames()));
            }
        }
        progress.finish();
        new ReportOutput(spec).show(report.build(), options.reportFolder(question.source), options.json());
        return ExitCode.DONE;
    }

    private int onCrops(Question question, ProgressLine progress) throws IOException {
        List<Stage> stages = linear.stages();
        LinearRecipe recipe = linear.recipe();
        Quarantine quarantine = new Quarantine("images");
        Report.Builder report = report("linear", question)
                .setting("epochs", recipe.epochs())
                .setting("learning_rate", recipe.learningRate())
                .setting("schedule", recipe.schedule().toString())
                .setting("momentum", LinearRecipe.MOMENTUM)
                .setting("weight_decay", recipe.weightDecay())
                .setting("crop_scale", recipe.minScale() + "-" + recipe.maxScale());
        Optional<Path> folder = options.reportFolder(question.source);
        PrintWriter err = spec.commandLine().getErr();
        try (StageFeatures asked = features(question, question.test, quarantine, progress, new Alone())) {
            LinearTraining.Task task = task(question, recipe, asked, quarantine, folder);
            report.setting("batch", task.batchSize());
            try (LinearTraining training = new LinearTraining(task);
                    Interrupts interrupts = Interrupts.install(err, "Stopping. Once more to end at once.")) {
                List<List<EpochScore>> scores = training.run(new Shown(progress, recipe.epochs()), interrupts);
                progress.finish();
                if (scores.size() < recipe.epochs()) {
                    err.println(String.format(
                            Locale.ROOT,
                            "Stopped after %,d of %,d epochs. %s",
                            scores.size(),
                            recipe.epochs(),
                            folder.isPresent()
                                    ? "The same command goes on."
                                    : "Nothing was saved, as the encoder has no run; with --report DIR the same command"
                                            + " could go on."));
                    err.flush();
                    return interrupts.exitCode();
                }
                ReportOutput.unreadable(report, quarantine);
                LinearReport text = new LinearReport(report, stages);
                text.leaked(Leakage.between(question.train, question.test), question.train, question.test);
                for (int s = 0; s < stages.size(); s++) {
                    int stage = s;
                    text.trained(
                            stages.get(s),
                            scores.stream().map(e -> e.get(stage)).toList(),
                            training.predictions(stages.get(s)));
                }
                text.curves(scores);
                new ReportOutput(spec).show(report.build(), folder, options.json());
                training.deleteSaved();
            }
        }
        return ExitCode.DONE;
    }

    private LinearTraining.Task task(
            Question question, LinearRecipe recipe, StageFeatures asked, Quarantine quarantine, Optional<Path> folder) {
        List<Stage> stages = linear.stages();
        EvalTransform view = options.view(question.source);
        Architecture architecture = Architecture.parse(question.source.info().arch());
        String key = String.join(
                " ",
                "1",
                question.source.fingerprint(),
                question.train.fingerprint(),
                question.test.fingerprint(),
                recipe.toString(),
                stages.toString(),
                view.toString(),
                options.precision().toString(),
                Long.toString(options.seed()));
        return new LinearTraining.Task(
                question.encoder::features,
                stages,
                stages.stream().map(stage -> architecture.features(stage)).toList(),
                question.train,
                asked,
                recipe,
                view,
                options.placement(),
                options.workers(),
                options.seed(),
                quarantine,
                key,
                folder.map(f -> f.resolve("linear.unfinished.safetensors")));
    }

    private Report.Builder report(String name, Question question) {
        Report.Builder report = Report.builder(
                        name,
                        "Linear classification of " + question.test.description() + " by frozen features of "
                                + question.source.description())
                .command(String.join(" ", Invocation.words(spec)))
                .encoder("encoder", question.source)
                .data("train", question.train)
                .data("test", question.test)
                .setting("labels", labels.choice().toString())
                .setting("stages", linear.stages().stream().map(Stage::toString).toList())
                .setting("image_size", options.view(question.source).size())
                .setting("precision", options.precision().toString())
                .setting("threads", options.threads())
                .setting("seed", options.seed());
        question.warnings.forEach(report::warning);
        return report;
    }

    private StageFeatures features(
            Question question, LabelledImages images, Quarantine quarantine, ProgressLine progress, Collective ranks) {
        progress.say(images.description());
        ImageCount count = new ImageCount(progress, 1, ranks.world());
        count.started(0);
        StageFeatures features = StageFeatures.extract(
                images,
                question.train.classNames(),
                question.encoder::features,
                linear.stages(),
                options.view(question.source),
                options.workers(),
                quarantine,
                done -> count.at(done, images.size() / ranks.world()),
                ranks);
        if (!features.isFinite()) {
            features.close();
            throw new DataException("--model: " + question.source.description()
                    + ": gives features that are infinite or not a number; did its training diverge?");
        }
        return features;
    }

    /** How a training goes, on a progress line. */
    private static final class Shown implements LinearTraining.Watcher {
        private final ProgressLine progress;
        private final int epochs;

        Shown(ProgressLine progress, int epochs) {
            this.progress = progress;
            this.epochs = epochs;
        }

        @Override
        public void goesOn(int done) {
            progress.say(String.format(Locale.ROOT, "going on behind epoch %,d of %,d", done, epochs));
        }

        @Override
        public void step(int epoch, int step, int stepsPerEpoch) {
            progress.status(
                    () -> String.format(Locale.ROOT, "epoch %,d/%,d  step %,d/%,d", epoch, epochs, step, stepsPerEpoch),
                    false);
        }

        @Override
        public void epoch(int epoch, List<EpochScore> scores) {
            EpochScore last = scores.get(scores.size() - 1);
            progress.status(
                    () -> String.format(
                            Locale.ROOT,
                            "epoch %,d/%,d  loss %.4f  top-1 %.1f %%",
                            epoch,
                            epochs,
                            last.loss(),
                            100 * last.top1()),
                    true);
        }

        @Override
        public void warning(String message) {
            progress.warning(message);
        }
    }
}
