package org.swav4j.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.EvaluationSplit;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.HashedImages;
import org.swav4j.eval.Leakage;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;
import org.swav4j.probe.CachedProbe;
import org.swav4j.probe.CachedProbe.Fitted;
import org.swav4j.probe.StageFeatures;
import org.swav4j.report.Report;
import org.swav4j.tensor.CpuThreads;
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
            "Several processes, of --nproc or as torchrun starts them, share the images, and every batch of crops.",
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

    @Override
    public Integer call() throws Exception {
        List<String> problems = new ArrayList<>();
        options.check(problems);
        labels.check(problems);
        linear.check(problems);
        rankOptions.check(problems);
        EvaluationRanks ranks = new EvaluationRanks(rankOptions, spec);
        EvaluationOptions.refuse(problems);
        if (rankOptions.launches()) {
            return LocalLaunch.once(spec, rankOptions, options.quiet());
        }
        LabelledImages all = data.train(spec);
        HashedImages asked = new HashedImages(data.test(spec));
        List<String> warnings = new EvaluationSplit(all, asked).warnings();
        HashedImages known = new HashedImages(labels.choice().of(all, options.seed()));
        linear.requireShared(known.size(), ranks.world());
        EncoderSource source = options.encoder();
        try (ranks) {
            Supplier<String> facts = () -> options.shared(source) + linear.shared() + "seed: " + options.seed()
                    + "\ntrain: " + known.fingerprint() + "\ntest: " + asked.fingerprint();
            return ranks.work(facts, () -> classify(ranks, source, known, asked, warnings));
        }
    }

    private int classify(
            EvaluationRanks ranks, EncoderSource source, HashedImages known, HashedImages asked, List<String> warnings)
            throws IOException {
        CpuThreads.use(options.threads());
        ProgressLine progress = new ProgressLine(
                spec.commandLine().getErr(), ProgressLine.suitable(options.quiet() || !ranks.isFirst()));
        Placement placement = options.placement(ranks.device(options.device()));
        try (FrozenEncoder encoder = source.open(placement, options.precision())) {
            LinearQuestion question =
                    new LinearQuestion(spec, options, labels, linear, source, encoder, known, asked, warnings);
            return linear.cached()
                    ? cached(question, ranks, progress)
                    : new LinearOnCrops(question, ranks, placement, progress).run();
        } finally {
            progress.finish();
        }
    }

    private int cached(LinearQuestion question, EvaluationRanks ranks, ProgressLine progress) {
        List<Stage> stages = linear.stages();
        Quarantine quarantine = new Quarantine("images");
        CachedProbe probe = linear.probe(options.seed());
        Report.Builder report = question.report("linear-cached");
        LinearReport.settings(report, probe);
        LinearReport text = new LinearReport(report, stages);
        try (StageFeatures known = question.features(question.train(), quarantine, progress, ranks.collective());
                StageFeatures asked = question.features(question.test(), quarantine, progress, ranks.collective())) {
            question.train().share(ranks.collective());
            question.test().share(ranks.collective());
            if (!ranks.isFirst()) {
                return ExitCode.DONE;
            }
            ReportOutput.unreadable(report, quarantine);
            Leakage leakage = Leakage.between(question.train(), question.test());
            text.leaked(leakage, question.train(), question.test());
            for (Stage stage : stages) {
                progress.status(() -> "fitting on " + stage, false);
                long begun = System.nanoTime();
                Fitted fitted = probe.fit(
                        known.rows(stage), question.train().classNames().size());
                progress.say(String.format(
                        Locale.ROOT,
                        "%s: %,d features of %,d images fitted in %.1f s",
                        stage,
                        known.rows(stage).dimensions(),
                        known.size(),
                        (System.nanoTime() - begun) / 1e9));
                text.cached(
                        stage,
                        fitted,
                        fitted.classifier()
                                .predict(asked.rows(stage), question.train().classNames()));
            }
        }
        progress.finish();
        new ReportOutput(spec).show(report.build(), options.reportFolder(question.source()), options.json());
        return ExitCode.DONE;
    }
}
