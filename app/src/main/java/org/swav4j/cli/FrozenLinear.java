package org.swav4j.cli;

import java.util.List;
import java.util.stream.IntStream;
import org.swav4j.augment.EvalTransform;
import org.swav4j.classify.FrozenClassification;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.LabelledFeatures;
import org.swav4j.eval.Predictions;
import org.swav4j.probe.CachedProbe;
import org.swav4j.probe.FeatureRows;

/**
 * The linear rows of a comparison: what {@code swav linear --cached} does.
 *
 * @param view how images are shown
 */
record FrozenLinear(EvaluationOptions options, EvalTransform view, Quarantine quarantine)
        implements FrozenClassification {
    /** Where nothing can be held out to choose one by. */
    private static final double USUAL_DECAY = 1e-2;

    @Override
    public Predictions classify(EncoderSource source, LabelledImages train, LabelledImages test) {
        List<String> classes = train.classNames();
        try (FrozenEncoder encoder = source.open(options.placement(), options.precision());
                LabelledFeatures known = features(train, classes, encoder);
                LabelledFeatures asked = features(test, classes, encoder)) {
            List<Double> decays = canHoldOut(known.labels()) ? LinearOptions.LBFGS_DECAYS : List.of(USUAL_DECAY);
            return probe(decays).fit(rows(known), classes.size()).classifier().predict(rows(asked), classes);
        }
    }

    /** Whether any class has an image to spare, which settings can be chosen by. */
    private static boolean canHoldOut(int[] labels) {
        return IntStream.of(labels).distinct().count() < labels.length;
    }

    private CachedProbe probe(List<Double> decays) {
        return new CachedProbe(CachedProbe.Solver.LBFGS, List.of(), decays, 1, 1, options.seed());
    }

    private LabelledFeatures features(LabelledImages images, List<String> classes, FrozenEncoder encoder) {
        return LabelledFeatures.extract(images, classes, encoder, view, options.workers(), quarantine);
    }

    private static FeatureRows rows(LabelledFeatures features) {
        return new FeatureRows(features.features(), features.labels(), features.images());
    }

    @Override
    public String settings() {
        return probe(LinearOptions.LBFGS_DECAYS) + " " + view + " " + options.precision();
    }
}
