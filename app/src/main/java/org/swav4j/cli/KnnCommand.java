package org.swav4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.EvaluationSplit;
import org.swav4j.eval.Extraction;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.HashedImages;
import org.swav4j.eval.Knn;
import org.swav4j.eval.LabelledFeatures;
import org.swav4j.eval.Leakage;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.report.Report;
import org.swav4j.tensor.CpuThreads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav knn}: how good an encoder is, without training anything. */
@Command(
        name = "knn",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Classifies labelled images by their nearest neighbours in the encoder's features (cosine, votes weighted"
                    + " by exp(similarity / temperature)), and prints the accuracy for several numbers of neighbours, and"
                    + " for each class.",
            "Several processes, of --nproc or as torchrun starts them, share the images."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav knn --model runs/photos --train labelled/train --test labelled/test",
            "  swav knn --model untrained:resnet18:small --train labelled/train --test labelled/test --k 20"
        })
final class KnnCommand implements Callable<Integer> {
    /** DINO's, the headline first. */
    private static final List<Integer> USUAL_KS = List.of(20, 10, 100, 200);

    private static final int MAX_BATCH = 4096;

    @Spec
    private CommandSpec spec;

    @Mixin
    private EvaluationOptions options;

    @Option(
            names = "--train",
            required = true,
            paramLabel = "PATH",
            description = "Labelled images: a folder or .zip with a folder per class, tar shards, CIFAR's binary"
                    + " batches, or a .csv or .jsonl manifest with labels.")
    private Path train;

    @Option(names = "--test", required = true, paramLabel = "PATH", description = "Labelled images to classify.")
    private Path test;

    @Option(
            names = "--k",
            paramLabel = "N[,N...]",
            split = ",",
            description = "Neighbours that vote; each number is evaluated, and the first is the one that is looked at"
                    + " closely [20,10,100,200, as far as there are so many].")
    private List<Integer> ks;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            defaultValue = "0.07",
            description = "Weight of near neighbours over far ones; smaller is sharper [0.07].")
    private double temperature;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Images that go through the network at once [" + Extraction.USUAL_BATCH + "].")
    private Integer batch;

    @Mixin
    private RankOptions rankOptions;

    @Override
    public Integer call() throws Exception {
        checkUsage();
        if (rankOptions.launches()) {
            return LocalLaunch.once(spec, rankOptions, options.quiet());
        }
        try (EvaluationRanks ranks = new EvaluationRanks(rankOptions, spec)) {
            LabelledImages known = Places.images(spec, "--train", train);
            LabelledImages asked = Places.images(spec, "--test", test);
            EvaluationSplit split = new EvaluationSplit(known, asked);
            Knn knn = new Knn(neighbours(split.trainImages()), temperature);
            EncoderSource encoder = options.encoder();
            Supplier<String> facts = () -> options.shared(encoder) + "batch: " + batch() + "\ntrain: "
                    + known.fingerprint() + "\ntest: " + asked.fingerprint();
            return ranks.work(facts, () -> evaluate(ranks, encoder, known, asked, split, knn));
        }
    }

    private int evaluate(
            EvaluationRanks ranks,
            EncoderSource encoder,
            LabelledImages known,
            LabelledImages asked,
            EvaluationSplit split,
            Knn knn) {
        CpuThreads.use(options.threads());
        Quarantine quarantine = new Quarantine(options.model());
        HashedImages hashedTrain = new HashedImages(known);
        HashedImages hashedTest = new HashedImages(asked);
        Report.Builder report = report(encoder, known, asked, knn);
        split.warnings().forEach(report::warning);
        Placement placement = options.placement(ranks.device(options.device()));
        try (FrozenEncoder trunk = encoder.open(placement, options.precision());
                LabelledFeatures bank = features(ranks, hashedTrain, known.classNames(), trunk, encoder, quarantine);
                LabelledFeatures questions =
                        features(ranks, hashedTest, known.classNames(), trunk, encoder, quarantine)) {
            hashedTrain.share(ranks.collective());
            hashedTest.share(ranks.collective());
            if (!ranks.isFirst()) {
                return ExitCode.DONE;
            }
            if (!bank.isFinite() || !questions.isFinite()) {
                throw new DataException("--model: " + encoder.description()
                        + ": gives features that are infinite or not a number; did its training diverge?");
            }
            ReportOutput.unreadable(report, quarantine);
            Leakage leakage = Leakage.between(hashedTrain, hashedTest);
            List<Knn.Result> results = knn.evaluate(bank, questions, known.classNames());
            new KnnReport(known, asked).fill(report, results, leakage);
            new KnnGallery(bank, questions).fill(report, results.get(0).predictions());
        }
        new ReportOutput(spec).show(report.build(), options.reportFolder(encoder), options.json());
        return ExitCode.DONE;
    }

    private void checkUsage() {
        List<String> problems = new ArrayList<>();
        rankOptions.check(problems);
        if (ks != null) {
            for (int k : ks) {
                if (k < 1) {
                    problems.add("--k: '" + k + "': must be at least 1");
                }
            }
            if (new HashSet<>(ks).size() < ks.size()) {
                problems.add("--k: '"
                        + String.join(",", ks.stream().map(String::valueOf).toList()) + "': names a number twice");
            }
        }
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            problems.add("--temperature: '" + temperature + "': must be a number above 0");
        }
        EvaluationOptions.range(problems, "--batch", batch, 1, MAX_BATCH);
        options.check(problems);
        EvaluationOptions.refuse(problems);
    }

    /** Those that were asked for, which must be there, or as many of the usual ones as are. */
    private List<Integer> neighbours(int images) {
        List<Integer> possible =
                (ks != null ? ks : USUAL_KS).stream().filter(k -> k <= images).toList();
        if (ks != null && possible.size() < ks.size() || possible.isEmpty()) {
            int first = (ks != null ? ks : List.of(10))
                    .stream().filter(k -> k > images).findFirst().orElseThrow();
            throw new DataException("--k: '" + first + "': more neighbours than the " + images + " labelled images in "
                    + Places.shown(spec, "--train", train) + "; give a smaller one");
        }
        return possible;
    }

    private Report.Builder report(EncoderSource encoder, LabelledImages known, LabelledImages asked, Knn knn) {
        return Report.builder("knn", "k-NN classification by the features of " + encoder.description())
                .command(Invocation.line(spec))
                .encoder("encoder", encoder)
                .data("train", known)
                .data("test", asked)
                .setting("k", knn.ks())
                .setting("temperature", temperature)
                .setting("image_size", options.view(encoder).size())
                .setting("precision", options.precision().toString())
                .setting("device", options.device().toString())
                .setting("batch", batch());
    }

    private int batch() {
        return batch != null ? batch : Extraction.USUAL_BATCH;
    }

    private LabelledFeatures features(
            EvaluationRanks ranks,
            LabelledImages images,
            List<String> classes,
            FrozenEncoder trunk,
            EncoderSource encoder,
            Quarantine quarantine) {
        ProgressLine progress = new ProgressLine(
                spec.commandLine().getErr(), ProgressLine.suitable(options.quiet() || !ranks.isFirst()));
        progress.say(images.description());
        ImageCount count = new ImageCount(progress, 1, ranks.world());
        count.started(0);
        try {
            Extraction how = new Extraction(
                    options.view(encoder), batch(), options.workers(), quarantine, count::at, ranks.collective());
            return LabelledFeatures.extract(images, classes, trunk, how);
        } finally {
            progress.finish();
        }
    }
}
