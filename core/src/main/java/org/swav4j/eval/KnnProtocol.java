package org.swav4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
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

    /** The same of images that are shown in another way. */
    public KnnProtocol with(EvalTransform other) {
        return new KnnProtocol(train, test, other, knn, workers, quarantine);
    }

    /** Accuracy of an encoder, by the first k. */
    public Knn.Result evaluate(FeatureExtractor encoder) {
        return evaluate(encoder, new Alone()).orElseThrow();
    }

    /**
     * The same by ranks that share the images, each with the same encoder. Collective: every rank must call.
     *
     * @return on rank 0 what one process would find; nothing on the others
     */
    public Optional<Knn.Result> evaluate(FeatureExtractor encoder, Collective ranks) {
        List<Knn.Result> results = new ArrayList<>();
        try (LabelledFeatures bank = features(train, encoder, ranks);
                LabelledFeatures asked = features(test, encoder, ranks)) {
            ranks.first(() -> results.addAll(knn.evaluate(bank, asked, train.classNames())));
        }
        return results.stream().findFirst();
    }

    private LabelledFeatures features(LabelledImages images, FeatureExtractor encoder, Collective ranks) {
        Extraction how = new Extraction(view, Extraction.USUAL_BATCH, workers, quarantine, ImagesDone.UNHEARD, ranks);
        return LabelledFeatures.extract(images, train.classNames(), encoder, how);
    }
}
