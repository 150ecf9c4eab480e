package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.Precision;
import org.swav4j.train.MachineFacts;
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
                    + " by exp(similarity / temperature)), and prints the accuracy."
        },
        footerHeading = "%nExample:%n",
        footer = "  swav knn --model runs/photos --train labelled/train --test labelled/test")
final class KnnCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOption model;

    @Option(
            names = "--train",
            required = true,
            paramLabel = "PATH",
            description = "Labelled images: a folder or .zip with a folder per class, tar shards, CIFAR's binary"
                    + " batches, or a .csv or .jsonl manifest with labels.")
    private Path train;

    @Option(names = "--test", required = true, paramLabel = "PATH", description = "Labelled images to classify.")
    private Path test;

    @Option(names = "--k", paramLabel = "N", defaultValue = "20", description = "Neighbours that vote [20].")
    private int k;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            defaultValue = "0.07",
            description = "Weight of near neighbours over far ones; smaller is sharper [0.07].")
    private double temperature;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Side that images are brought to [that of the run's largest crop].")
    private Integer imageSize;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        checkUsage();
        LabelledImages known = Places.images(spec, "--train", train);
        LabelledImages asked = Places.images(spec, "--test", test);
        KnnProtocol.requireClasses(known, asked);
        if (k > known.size()) {
            throw new DataException("--k: '" + k + "': more neighbours than the " + known.size() + " images in "
                    + Places.shown(spec, "--train", train));
        }
        Precision precision = MachineFacts.detect().bf16() ? Precision.BF16 : Precision.FP32;
        Quarantine quarantine = new Quarantine(model.path().toString());
        try (FrozenEncoder encoder = FrozenEncoder.load(model.path(), Placement.CPU, precision)) {
            int side = imageSize != null ? imageSize : encoder.info().imageSize();
            int workers = Runtime.getRuntime().availableProcessors();
            KnnProtocol protocol = new KnnProtocol(
                    known, asked, FrozenEncoder.view(side), new Knn(k, temperature), workers, quarantine);
            report(protocol.evaluate(encoder), known.classNames().size());
        }
        int unreadable = quarantine.count();
        if (unreadable > 0) {
            Quarantine.Entry first = quarantine.entries().get(0);
            spec.commandLine()
                    .getErr()
                    .println("swav: " + unreadable + " unreadable images were left out, such as " + first.name() + ": "
                            + first.reason());
        }
        return ExitCode.DONE;
    }

    private void checkUsage() {
        List<String> problems = new ArrayList<>();
        if (k < 1) {
            problems.add("--k: '" + k + "': must be at least 1");
        }
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            problems.add("--temperature: '" + temperature + "': must be a number above 0");
        }
        if (imageSize != null && (imageSize < 8 || imageSize > 2048)) {
            problems.add("--image-size: '" + imageSize + "': must be from 8 to 2048");
        }
        model.problem().ifPresent(problems::add);
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
    }

    private void report(Knn.Result result, int classes) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("model", model.path().toString());
            fields.put("top1", result.top1());
            fields.put("top5", result.top5());
            fields.put("k", result.k());
            fields.put("temperature", result.temperature());
            fields.put("classes", classes);
            fields.put("train_images", result.trainImages());
            fields.put("test_images", result.testImages());
            Json.print(out, fields);
            return;
        }
        out.println(String.format(
                Locale.ROOT,
                "k-NN top-1: %.1f %%, top-5: %.1f %% (k %d, %,d classes, %,d images against %,d)",
                100 * result.top1(),
                100 * result.top5(),
                result.k(),
                classes,
                result.testImages(),
                result.trainImages()));
        out.flush();
    }
}
