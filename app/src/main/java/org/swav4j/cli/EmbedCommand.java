package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.embed.EmbedListener;
import org.swav4j.embed.EmbedResult;
import org.swav4j.embed.Embedding;
import org.swav4j.embed.EmbeddingFormat;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.Representation;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.Precision;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.MachineFacts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav embed}: every image's vector, in a file. */
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes the vector of every image to a file: its path, its label if it has one, and the numbers, in the images'"
                    + " order. Images that cannot be read are left out and listed in x.broken.csv. Until it is complete,"
                    + " everything lies in x.npy.partial; the same command goes on with that after Ctrl-C or a crash.",
            "Several processes, of --nproc or as torchrun starts them, share the images, and write one file."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav embed --model runs/photos --data photos/ --out photos.parquet",
            "  swav embed --model runs/photos --data photos/ --out photos.npy --what embedding --half",
            "  swav embed --model runs/photos --data photos/ --out photos.parquet --nproc 2"
        })
final class EmbedCommand implements Callable<Integer> {
    private static final int MAX_BATCH = 4096;
    private static final int MAX_THREADS = 1024;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOption model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "PATH",
            description = "Images: whatever 'swav pretrain' takes.")
    private Path data;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "What to write, by its ending: .npy (with the paths in x.names.csv beside it), .csv or"
                    + " .parquet.")
    private Path out;

    @Option(
            names = "--what",
            paramLabel = "KIND",
            defaultValue = "trunk",
            description =
                    "trunk: the features after pooling [trunk]; embedding: the projection, of unit length; scores:"
                            + " its cosines with the prototypes; codes: softmax of those over 0.1.")
    private String what;

    @Option(names = "--normalize", description = "Scale vectors to unit length.")
    private boolean normalize;

    @Option(names = "--half", description = "Write numbers of 16 bits instead of 32.")
    private boolean half;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Images that go through the network at once [64].")
    private int batch;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Side that images are brought to [that of the run's largest crop].")
    private Integer imageSize;

    @Option(
            names = "--precision",
            paramLabel = "fp32|bf16",
            description = "Arithmetic of the network [bf16 where the processor has it].")
    private String precision;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu", description = "cpu, cuda or cuda:N [cpu].")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the network [one per core].")
    private Integer threads;

    @Option(names = "--workers", paramLabel = "N", description = "Threads that read and decode [one per core].")
    private Integer workers;

    @Mixin
    private RankOptions rankOptions;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Option(names = "--quiet", description = "Print warnings and the result only.")
    private boolean quiet;

    @Override
    public Integer call() throws Exception {
        try (EvaluationRanks ranks = new EvaluationRanks(rankOptions, spec)) {
            EncoderOptions options = options(ranks);
            if (rankOptions.launches()) {
                return LocalLaunch.once(spec, rankOptions, quiet);
            }
            LabelledImages images = Places.images(spec, "--data", data);
            Supplier<String> facts =
                    () -> "images: " + images.fingerprint() + "\nout: " + out.toAbsolutePath() + "\nwhat: " + what
                            + "\nnormalize: " + normalize + "\nhalf: " + half + "\nimage size: "
                            + (imageSize == null ? "the model's" : imageSize) + "\nbatch: " + batch + "\nprecision: "
                            + options.precision() + "\nmodel: "
                            + Checkpoint.find(model.path()).fingerprint();
            return ranks.work(facts, () -> embed(ranks, options, images));
        }
    }

    private int embed(EvaluationRanks ranks, EncoderOptions options, LabelledImages images) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        ProgressLine progress = new ProgressLine(err, ProgressLine.suitable(quiet || !ranks.isFirst()));
        String stopping = "Stopping: finishing this batch and saving. Once more to end at once.";
        CpuThreads.use(options.threads());
        try (EncoderNetwork network = EncoderNetwork.load(model.path(), options);
                Interrupts interrupts = ranks.interrupts(stopping)) {
            progress.say(images.description());
            Embedding embedding = new Embedding(
                    images,
                    network,
                    half,
                    batch,
                    workers != null ? workers : EvaluationRanks.cores(),
                    about(network),
                    ranks.collective());
            EmbedResult result = embedding.write(out, new Shown(progress, ranks.world()), interrupts);
            progress.finish();
            if (ranks.isFirst()) {
                report(result);
            }
            if (!result.complete()) {
                if (ranks.isFirst()) {
                    err.println("Stopped. The same command goes on.");
                    err.flush();
                }
                return ranks.exitCode(interrupts);
            }
            return ExitCode.DONE;
        } finally {
            progress.finish();
        }
    }

    private EncoderOptions options(EvaluationRanks ranks) {
        List<String> problems = new ArrayList<>();
        EvaluationOptions.range(problems, "--batch", batch, 1, MAX_BATCH);
        EvaluationOptions.range(problems, "--image-size", imageSize, 8, 2048);
        EvaluationOptions.range(problems, "--threads", threads, 1, MAX_THREADS);
        EvaluationOptions.range(problems, "--workers", workers, 1, MAX_THREADS);
        if (EmbeddingFormat.of(out).isEmpty()) {
            problems.add("--out: '" + out + "': must end in one of " + EmbeddingFormat.endings());
        }
        rankOptions.check(problems);
        model.problem().ifPresent(problems::add);
        EncoderOptions options = EncoderOptions.defaults();
        try {
            options = options.withRepresentation(Representation.parse(what));
        } catch (IllegalArgumentException e) {
            problems.add("--what: " + e.getMessage());
        }
        try {
            options = options.withDevice(ranks.device(new ComputeDevice(device)));
        } catch (IllegalArgumentException e) {
            problems.add("--device: " + e.getMessage());
        }
        try {
            Precision chosen = precision != null
                    ? Precision.parse(precision)
                    : MachineFacts.detect().bf16() || options.device().isCuda() ? Precision.BF16 : Precision.FP32;
            options = options.withPrecision(chosen);
        } catch (IllegalArgumentException e) {
            problems.add("--precision: " + e.getMessage());
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
        options = normalize ? options.normalized() : options;
        options = imageSize != null ? options.withImageSize(imageSize) : options;
        options = options.withThreads(threads != null ? threads : EvaluationRanks.cores());
        return options.withMaxBatch(batch);
    }

    private Map<String, String> about(EncoderNetwork network) {
        Map<String, String> about =
                EncoderRecord.of(network, Places.recorded(spec, "--data", data)).entries();
        about.put("writer", "swav4j version " + BuildInfo.read().version());
        about.put("swav4j.unit_length", Boolean.toString(network.options().normalize()));
        return about;
    }

    private void report(EmbedResult result) {
        PrintWriter print = spec.commandLine().getOut();
        double perSecond = result.imagesNow() / Math.max(result.seconds(), 1e-9);
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("model", model.path().toString());
            fields.put("out", out.toString());
            fields.put("complete", result.complete());
            fields.put("what", what);
            fields.put("images", result.images());
            fields.put("vectors", result.rows());
            fields.put("dimensions", result.dimensions());
            fields.put("broken", result.broken().size());
            fields.put("broken_list", result.brokenList().map(Path::toString).orElse(null));
            fields.put("names", result.names().map(Path::toString).orElse(null));
            fields.put("images_now", result.imagesNow());
            fields.put("seconds", result.seconds());
            fields.put("images_per_second", perSecond);
            Json.print(print, fields);
            return;
        }
        if (result.complete()) {
            print.println(String.format(
                    Locale.ROOT,
                    "%s: %,d vectors of %,d numbers%s; %,d images in %s, %,.0f images/s",
                    out,
                    result.rows(),
                    result.dimensions(),
                    result.names().map(n -> ", names in " + n.getFileName()).orElse(""),
                    result.imagesNow(),
                    ProgressLine.duration(Duration.ofMillis(Math.round(1000 * result.seconds()))),
                    perSecond));
        } else {
            print.println(
                    String.format(Locale.ROOT, "%s: %,d of %,d images by now", out, result.rows(), result.images()));
        }
        if (!result.broken().isEmpty()) {
            Quarantine.Entry first = result.broken().get(0);
            print.println(String.format(
                    Locale.ROOT,
                    "%,d could not be read and %s left out, such as %s: %s%s",
                    result.broken().size(),
                    result.broken().size() == 1 ? "is" : "are",
                    first.name(),
                    first.reason(),
                    result.brokenList().map(list -> "; " + list + " names all").orElse("")));
        }
        print.flush();
    }

    /** How it goes, as lines for people. */
    private static final class Shown implements EmbedListener {
        private final ProgressLine progress;
        private final ImageCount count;

        Shown(ProgressLine progress, int processes) {
            this.progress = progress;
            this.count = new ImageCount(progress, 1, processes);
        }

        @Override
        public void started(int done, int images) {
            count.started(done);
            if (done > 0) {
                progress.say(String.format(Locale.ROOT, "going on behind %,d of %,d images", done, images));
            }
        }

        @Override
        public void images(int done, int images) {
            count.at(done, images);
        }
    }
}
