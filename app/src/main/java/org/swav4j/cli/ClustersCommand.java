package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.cluster.AssignmentFile;
import org.swav4j.cluster.ClusterEvaluation;
import org.swav4j.cluster.ClusterListener;
import org.swav4j.cluster.ClusterReport;
import org.swav4j.cluster.Clusters;
import org.swav4j.cluster.PrototypeFile;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.Representation;
import org.swav4j.eval.EncoderSource;
import org.swav4j.report.Report;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.ConfigYaml;
import org.swav4j.train.ConfigurationException;
import org.swav4j.train.PretrainConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav clusters}: which prototype each image belongs to, and what that grouping is worth. */
@Command(
        name = "clusters",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Gives each image its prototype, the one of its highest score, and says how evenly prototypes are used, how"
                    + " far apart their images lie, and, where images have labels, how well they agree with those. The"
                    + " report shows the images nearest to each prototype. Labels are not needed. The model must have"
                    + " its prototypes: a run or a checkpoint does, an imported trunk does not."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav clusters --model runs/photos --data photos/ --out clusters.csv",
            "  swav clusters --model runs/photos --data labelled/test --stability"
        })
final class ClustersCommand implements Callable<Integer> {
    private static final int BATCH = 64;
    private static final int MOST_SAMPLED = 100_000;
    private static final int MOST_SHOWN = 1000;
    private static final int MOST_IMAGES_EACH = 50;
    /** Scale of the paper's large crops, for models that say nothing of theirs. */
    private static final double MIN_SCALE = 0.14;

    @Spec
    private CommandSpec spec;

    @Mixin
    private EvaluationOptions evaluation;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "PATH",
            description = "Images: whatever 'swav pretrain' takes.")
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "Write each image's prototype there, by its ending .csv or .parquet: path, label if there are"
                    + " labels, prototype, confidence, second prototype, margin; and all prototypes beside it, in"
                    + " x.prototypes.csv.")
    private Path out;

    @Option(
            names = "--prototype-head",
            paramLabel = "N",
            defaultValue = "1",
            description = "Which prototypes, of a model with several sets of them [1].")
    private int head;

    @Option(
            names = "--stability",
            description = "Augment images twice, as the run did, and say how many keep their prototype; of 10,000 at"
                    + " most.")
    private boolean stability;

    @Option(
            names = "--silhouette-sample",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Images that silhouettes are computed on; 0 for none [2000].")
    private int silhouetteSample;

    @Option(
            names = "--gallery",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Show the images nearest to each prototype in the report [yes].")
    private boolean gallery;

    @Option(
            names = "--prototypes-shown",
            paramLabel = "N",
            defaultValue = "40",
            description = "Rows of the gallery, the fullest prototypes first [40].")
    private int prototypesShown;

    @Option(
            names = "--images-per-prototype",
            paramLabel = "N",
            defaultValue = "8",
            description = "Images in each row [8].")
    private int imagesPerPrototype;

    @Override
    public Integer call() throws IOException {
        checkUsage();
        if (out != null) {
            AssignmentFile.requireNew(out);
            AssignmentFile.requireNew(PrototypeFile.beside(out));
        }
        EncoderSource encoder = evaluation.encoder();
        Checkpoint checkpoint = encoder.checkpoint().orElseThrow();
        LabelledImages images = Places.images(spec, "--data", data);
        Quarantine quarantine = new Quarantine(images.description());
        Report.Builder report = Report.builder("clusters", "Clusters: " + evaluation.model())
                .command(Invocation.line(spec))
                .encoder("encoder", encoder)
                .data(ClusterReport.DATA, images);
        ProgressLine progress =
                new ProgressLine(spec.commandLine().getErr(), ProgressLine.suitable(evaluation.quiet()));
        CpuThreads.use(evaluation.threads());
        Clusters clusters;
        try (EncoderNetwork network = EncoderNetwork.load(checkpoint.directory(), options())) {
            progress.say(images.description());
            Optional<MultiCrop> views =
                    stability ? Optional.of(views(checkpoint, network.view().size())) : Optional.empty();
            settings(report, network, views);
            clusters = new ClusterEvaluation(
                            images,
                            network,
                            head - 1,
                            BATCH,
                            evaluation.workers(),
                            evaluation.seed(),
                            silhouetteSample,
                            views,
                            quarantine)
                    .run(new Shown(progress));
        } finally {
            progress.finish();
        }
        ReportOutput.unreadable(report, quarantine);
        new ClusterReport(clusters).addTo(report, gallery ? prototypesShown : 0, imagesPerPrototype);
        new ReportOutput(spec).show(report.build(), evaluation.reportFolder(encoder), evaluation.json());
        if (out != null) {
            write(clusters, checkpoint);
        }
        return ExitCode.DONE;
    }

    private void checkUsage() {
        List<String> problems = new ArrayList<>();
        evaluation.check(problems);
        if (problems.isEmpty() && evaluation.isUntrained()) {
            problems.add("--model: '" + evaluation.model() + "': fresh weights have no prototypes that mean anything;"
                    + " give a run or a checkpoint");
        }
        if (out != null && AssignmentFile.of(out).isEmpty()) {
            problems.add("--out: '" + out + "': must end in one of " + AssignmentFile.endings());
        }
        EvaluationOptions.range(problems, "--prototype-head", head, 1, MOST_SHOWN);
        EvaluationOptions.range(problems, "--silhouette-sample", silhouetteSample, 0, MOST_SAMPLED);
        EvaluationOptions.range(problems, "--prototypes-shown", prototypesShown, 1, MOST_SHOWN);
        EvaluationOptions.range(problems, "--images-per-prototype", imagesPerPrototype, 1, MOST_IMAGES_EACH);
        EvaluationOptions.refuse(problems);
    }

    private EncoderOptions options() {
        EncoderOptions options = EncoderOptions.defaults()
                .withRepresentation(Representation.SCORES)
                .withThreads(evaluation.threads())
                .withPrecision(evaluation.precision())
                .withDevice(evaluation.device())
                .withMaxBatch(BATCH);
        return evaluation.imageSize().isPresent()
                ? options.withImageSize(evaluation.imageSize().getAsInt())
                : options;
    }

    /** Two views as the run's largest crops were, or as the paper's are where the model does not say. */
    private static MultiCrop views(Checkpoint checkpoint, int side) {
        try {
            PretrainConfig config = ConfigYaml.read(checkpoint.configYaml(), "config.yaml");
            CropSpec largest = config.crops().stream()
                    .max((a, b) -> Integer.compare(a.size(), b.size()))
                    .orElseThrow();
            return new MultiCrop(
                    List.of(new CropSpec(2, side, largest.minScale(), largest.maxScale())), config.augmentation());
        } catch (CheckpointException | ConfigurationException e) {
            return new MultiCrop(List.of(new CropSpec(2, side, MIN_SCALE, 1)), Augmentation.SWAV);
        }
    }

    private void settings(Report.Builder report, EncoderNetwork network, Optional<MultiCrop> views) {
        report.setting("image_size", network.view().size())
                .setting("precision", evaluation.precision().toString())
                .setting("device", evaluation.device().toString())
                .setting("threads", evaluation.threads())
                .setting("batch", BATCH)
                .setting("seed", evaluation.seed())
                .setting("prototype_head", head)
                .setting("temperature", EncoderNetwork.TEMPERATURE)
                .setting("silhouette_sample", silhouetteSample);
        views.ifPresent(v -> report.setting("stability_crops", v.crops().get(0).toString())
                .setting("stability_augmentation", v.augmentation().toString()));
    }

    private void write(Clusters clusters, Checkpoint checkpoint) throws IOException {
        Map<String, String> about = Map.of(
                "writer", "swav4j version " + BuildInfo.read().version(),
                "swav4j.model", checkpoint.directory().toAbsolutePath().toString(),
                "swav4j.data", Places.recorded(spec, "--data", data),
                "swav4j.prototypes", Integer.toString(clusters.assignments().prototypes()));
        PrototypeFile.write(PrototypeFile.beside(out), clusters);
        AssignmentFile.of(out).orElseThrow().write(out, clusters.images(), clusters.assignments(), about);
        if (!evaluation.json()) {
            spec.commandLine()
                    .getErr()
                    .println(String.format(
                            Locale.ROOT,
                            "Written: %s, %,d images; %s, %,d prototypes",
                            out,
                            clusters.assignments().size(),
                            PrototypeFile.beside(out),
                            clusters.assignments().prototypes()));
        }
    }

    /** How it goes, as lines for people. */
    private static final class Shown implements ClusterListener {
        private final ProgressLine progress;
        private ImageCount count;

        Shown(ProgressLine progress) {
            this.progress = progress;
        }

        @Override
        public void begun(String what, int images) {
            progress.say(String.format(Locale.ROOT, "%s: %,d images", what, images));
            count = new ImageCount(progress, 1);
            count.started(0);
        }

        @Override
        public void images(int done, int images) {
            count.at(done, images);
        }
    }
}
