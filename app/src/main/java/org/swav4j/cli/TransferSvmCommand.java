package org.swav4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.HashedImages;
import org.swav4j.eval.Leakage;
import org.swav4j.report.Report;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.transfer.CsvLabels;
import org.swav4j.transfer.LowShot;
import org.swav4j.transfer.MultiLabelFeatures;
import org.swav4j.transfer.MultiLabelImages;
import org.swav4j.transfer.SvmProtocol;
import org.swav4j.transfer.SvmReport;
import org.swav4j.transfer.VocImages;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav transfer svm}: average precision of a linear support vector machine per class. */
@Command(
        name = "svm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Classifies images that may show several classes by a linear support vector machine per class on the encoder's"
                    + " features, as PASCAL VOC's classification is measured, and prints each class's average"
                    + " precision (11-point, and of all points) and their means. Each class's cost is chosen by"
                    + " cross-validation on the training images."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav transfer svm --model runs/photos --data VOCdevkit/VOC2007",
            "  swav transfer svm --model runs/photos --data VOCdevkit/VOC2007 \\",
            "      --shots 1,2,4,8,16,32,64,96",
            "  swav transfer svm --model runs/photos --train a.csv --test b.csv \\",
            "      --images photos/"
        })
final class TransferSvmCommand implements Callable<Integer> {
    private static final int MOST_COSTS = 100;
    private static final int MOST_SHOTS = 100_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private EvaluationOptions options;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "Images in PASCAL VOC's layout: a folder with JPEGImages, and ImageSets/Main or Annotations.")
    private Path data;

    @Option(names = "--train-split", paramLabel = "NAME", description = "Split of --data to train on [trainval].")
    private String trainSplit;

    @Option(names = "--test-split", paramLabel = "NAME", description = "Split of --data to test on [test].")
    private String testSplit;

    @Option(
            names = "--train",
            paramLabel = "CSV",
            converter = Places.OnThisMachine.class,
            description = "Images to train on: path,labels with labels as a;b, or path,CLASS,CLASS,... with 1 or 0 for"
                    + " each class.")
    private Path train;

    @Option(
            names = "--test",
            paramLabel = "CSV",
            converter = Places.OnThisMachine.class,
            description = "Images to test on, in the same form.")
    private Path test;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "Where the paths of --train and --test begin [the folder of each].")
    private Path images;

    @Option(
            names = "--costs",
            split = ",",
            paramLabel = "X",
            description = "Costs to choose from for each class; a single one is taken as it is"
                    + " [0.01,0.1,1,2,5,10,15,20,50,100,1000].")
    private List<Double> costs;

    @Option(
            names = "--folds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Parts of the training images in cross-validation [3].")
    private int folds;

    @Option(
            names = "--shots",
            split = ",",
            paramLabel = "N",
            description = "Also train on only so many images of each class, and (classes - 1) times as many others.")
    private List<Integer> shots;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "5",
            description = "Random choices of images for each number of --shots [5].")
    private int draws;

    @Option(
            names = "--shot-cost",
            paramLabel = "X",
            defaultValue = "1",
            description = "Cost where there are too few images to choose it: with --shots, and for a class with a"
                    + " single image [1].")
    private double shotCost;

    @Override
    public Integer call() {
        check();
        EncoderSource source = options.encoder();
        MultiLabelImages known = images(train, trainSplit, "trainval", List.of());
        MultiLabelImages asked = images(test, testSplit, "test", known.classNames());
        // whole images, as VISSL shows VOC's: what is cut off may be all that shows a class
        EvalTransform view = EvalTransform.stretch(options.view(source).size());
        Report.Builder builder = Report.builder(
                        "transfer-svm", "Transfer: a linear SVM per class, " + asked.description())
                .encoder("encoder", source)
                .setting("image_size", view.size())
                .setting("view", "whole image, stretched")
                .setting("precision", options.precision().toString());
        SvmReport report = new SvmReport(builder);
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), ProgressLine.suitable(options.quiet()));
        Quarantine quarantine = new Quarantine(options.model());
        try {
            HashedImages hashedTrain = new HashedImages(known);
            HashedImages hashedTest = new HashedImages(asked);
            MultiLabelFeatures bank;
            MultiLabelFeatures queries;
            CpuThreads.use(options.threads());
            try (FrozenEncoder encoder = source.open(options.placement(), options.precision())) {
                bank = features(known, hashedTrain, encoder, view, quarantine, progress);
                queries = features(asked, hashedTest, encoder, view, quarantine, progress);
            }
            report.images(known, asked, Leakage.between(hashedTrain, hashedTest));
            classes(report, bank, queries, progress);
        } finally {
            progress.finish();
        }
        ReportOutput.unreadable(builder, quarantine);
        new ReportOutput(spec).show(builder.build(), options.reportFolder(source), options.json());
        return ExitCode.DONE;
    }

    private void classes(SvmReport report, MultiLabelFeatures bank, MultiLabelFeatures queries, ProgressLine progress) {
        SvmProtocol protocol = new SvmProtocol(costs(), folds, shotCost, options.seed(), options.threads());
        Optional<LowShot> few =
                Optional.ofNullable(shots).map(k -> new LowShot(k, draws, shotCost, options.seed(), options.threads()));
        few.ifPresent(lowShot -> lowShot.requireEnough(bank, queries));
        int classes = bank.classNames().size();
        report.classes(
                protocol,
                protocol.evaluate(
                        bank,
                        queries,
                        done -> progress.status(() -> done + " of " + classes + " classes trained", false)));
        few.ifPresent(lowShot -> {
            int all = lowShot.shots().size() * draws;
            report.lowShot(
                    lowShot,
                    lowShot.evaluate(
                            bank,
                            queries,
                            done -> progress.status(() -> done + " of " + all + " draws trained", false)));
        });
    }

    private MultiLabelFeatures features(
            MultiLabelImages of,
            HashedImages reading,
            FrozenEncoder encoder,
            EvalTransform view,
            Quarantine quarantine,
            ProgressLine progress) {
        progress.say(of.description());
        ImageCount count = new ImageCount(progress, 1);
        count.started(0);
        return MultiLabelFeatures.extract(
                of, reading, encoder, view, options.workers(), quarantine, done -> count.at(done, of.size()));
    }

    private MultiLabelImages images(Path csv, String split, String usual, List<String> classes) {
        if (data != null) {
            return VocImages.open(data, split != null ? split : usual, classes);
        }
        Path begin = images != null ? images : csv.toAbsolutePath().getParent();
        return CsvLabels.open(csv, begin, classes);
    }

    private List<Double> costs() {
        return costs != null ? costs : SvmProtocol.COSTS;
    }

    private void check() {
        List<String> problems = new ArrayList<>();
        if (data != null) {
            if (train != null || test != null || images != null) {
                problems.add("--data: goes without --train, --test and --images, which are for CSV files");
            }
        } else if (train == null || test == null) {
            problems.add("--data: give the folder of VOC's layout, or --train and --test");
        } else if (trainSplit != null || testSplit != null) {
            problems.add("--train-split and --test-split are for --data");
        }
        costs().forEach(cost -> positive(problems, "--costs", cost));
        if (costs().size() > MOST_COSTS) {
            problems.add("--costs: " + costs().size() + " of them; at most " + MOST_COSTS);
        }
        positive(problems, "--shot-cost", shotCost);
        EvaluationOptions.range(problems, "--folds", folds, 2, 100);
        EvaluationOptions.range(problems, "--draws", draws, 1, 1000);
        if (shots != null) {
            shots.forEach(k -> EvaluationOptions.range(problems, "--shots", k, 1, MOST_SHOTS));
        }
        options.check(problems);
        EvaluationOptions.refuse(problems);
    }

    private static void positive(List<String> problems, String flag, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            problems.add(flag + ": '" + value + "': must be a number above 0");
        }
    }
}
