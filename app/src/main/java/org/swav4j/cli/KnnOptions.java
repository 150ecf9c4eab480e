package org.swav4j.cli;

import java.nio.file.Path;
import java.util.Map;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Settings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The labelled images by which a training's encoder is measured while it learns. */
final class KnnOptions {
    private static final int NEIGHBOURS = 20;
    private static final double TEMPERATURE = 0.07;
    private static final String TRAIN = "--knn-train";
    private static final String TEST = "--knn-test";

    @Option(
            names = TRAIN,
            paramLabel = "PATH",
            description = "Labelled images for k-NN: as --data, with a folder per class or labels.")
    private Path train;

    @Option(names = TEST, paramLabel = "PATH", description = "Labelled images that k-NN is measured on.")
    private Path test;

    /** What does not go together. */
    void check(Settings.Builder settings) {
        if ((train == null) != (test == null)) {
            settings.problem(train == null ? TEST : TRAIN, "needs " + (train == null ? TRAIN : TEST) + " beside it");
        }
    }

    /** Adds the paths that were given, by their options. */
    void addTo(Map<String, Path> folders) {
        folders.put(TRAIN, train);
        folders.put(TEST, test);
    }

    /** How images are shown to the encoder of a training. */
    static EvalTransform view(PretrainConfig settings) {
        return FrozenEncoder.view(
                settings.crops().stream().mapToInt(CropSpec::size).max().orElseThrow());
    }

    /**
     * How the encoder is measured, where there are labelled images to measure it on; otherwise null.
     *
     * @param sample what is taken where none were given, or null
     */
    KnnProtocol protocol(CommandSpec spec, SampleData sample, PretrainConfig settings) {
        LabelledImages labelled =
                train != null ? Places.images(spec, TRAIN, train) : sample == null ? null : sample.train();
        if (labelled == null) {
            return null;
        }
        LabelledImages asked = test != null ? Places.images(spec, TEST, test) : sample.test();
        return new KnnProtocol(
                labelled,
                asked,
                view(settings),
                new Knn(NEIGHBOURS, TEMPERATURE),
                settings.workers(),
                new Quarantine("k-NN"));
    }
}
