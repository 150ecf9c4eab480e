package org.swav4j.eval;

import org.swav4j.augment.EvalTransform;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;

/**
 * One k-NN evaluation that any encoder can be put through, so that their accuracies compare.
 *
 * @param train labelled images that vote
 * @param test labelled images to classify; its classes are among those of {@code train}
 * @param view how images are shown
 * @param knn neighbours and temperature
 * @param workers threads that load images
 * @param quarantine told of unreadable images, which are left out
 */
public record KnnProtocol(
        LabelledImages train, LabelledImages test, EvalTransform view, Knn knn, int workers, Quarantine quarantine) {
    /** Refuses, before any work, what could not be evaluated. */
    public KnnProtocol {
        new EvaluationSplit(train, test);
    }

    /** Accuracy of an encoder, by the first k. */
    public Knn.Result evaluate(FeatureExtractor encoder) {
        try (LabelledFeatures bank = features(train, encoder);
                LabelledFeatures asked = features(test, encoder)) {
            return knn.evaluate(bank, asked, train.classNames()).get(0);
        }
    }

    private LabelledFeatures features(LabelledImages images, FeatureExtractor encoder) {
        return LabelledFeatures.extract(images, train.classNames(), encoder, view, workers, quarantine);
    }
}
