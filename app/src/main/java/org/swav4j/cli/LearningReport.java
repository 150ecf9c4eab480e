package org.swav4j.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.swav4j.eval.FeatureExtractor;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.Precision;

/**
 * What a run has learned: k-NN accuracy on the same images of raw pixels, of the encoder before training and of the encoder
 * after it.
 */
record LearningReport(Knn.Result rawPixels, Knn.Result untrained, Knn.Result trained) {
    private static final int RAW_SIDE = 32;

    /** Evaluates a checkpoint, fresh weights of the same seed, and pixels. */
    static LearningReport of(Path checkpoint, long seed, Precision precision, KnnProtocol protocol) {
        Knn.Result raw = protocol.evaluate(FeatureExtractor.rawPixels(RAW_SIDE));
        try (FrozenEncoder after = FrozenEncoder.load(checkpoint, Placement.CPU, precision);
                FrozenEncoder before = FrozenEncoder.untrained(after.info(), seed, Placement.CPU, precision)) {
            return new LearningReport(raw, protocol.evaluate(before), protocol.evaluate(after));
        }
    }

    /** Lines for a person. */
    String text() {
        return String.format(
                        Locale.ROOT,
                        "k-NN accuracy (k %d, %,d images classified by %,d labelled ones; labels were not used in training)%n",
                        trained.k(),
                        trained.testImages(),
                        trained.trainImages())
                + line("raw pixels", rawPixels)
                + line("untrained encoder", untrained)
                + line("trained encoder", trained);
    }

    private static String line(String name, Knn.Result result) {
        return String.format(Locale.ROOT, "  %-18s %5.1f %%%n", name, 100 * result.top1());
    }

    /** Values for a program. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("knn_top1_raw_pixels", rawPixels.top1());
        fields.put("knn_top1_untrained", untrained.top1());
        fields.put("knn_top1_trained", trained.top1());
        return fields;
    }
}
