package org.swav4j.eval;

import java.util.List;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.DataException;
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
        requireClasses(train, test);
    }

    /**
     * Checks that images can be classified by others.
     *
     * @throws DataException if either has no classes, or {@code test} has one that {@code train} has not
     */
    public static void requireClasses(LabelledImages train, LabelledImages test) {
        for (LabelledImages images : new LabelledImages[] {train, test}) {
            if (images.classNames().isEmpty()) {
                throw new DataException(
                        images.description() + ": no classes; each class needs a folder of its own in it");
            }
        }
        List<String> unknown = test.classNames().stream()
                .filter(name -> !train.classNames().contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            throw new DataException(
                    test.description() + ": class '" + unknown.get(0) + "' is not among those of " + train.description()
                            + (unknown.size() > 1 ? " (nor are " + (unknown.size() - 1) + " others)" : ""));
        }
    }

    /** Accuracy of an encoder. */
    public Knn.Result evaluate(FeatureExtractor encoder) {
        try (LabelledFeatures bank = features(train, encoder);
                LabelledFeatures asked = features(test, encoder)) {
            return knn.evaluate(bank, asked, train.classNames().size());
        }
    }

    private LabelledFeatures features(LabelledImages images, FeatureExtractor encoder) {
        return LabelledFeatures.extract(images, train.classNames(), encoder, view, workers, quarantine);
    }
}
