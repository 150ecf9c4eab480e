package org.swav4j.classify;

import java.nio.charset.StandardCharsets;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.EvaluationSplit;
import org.swav4j.format.Sha256;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.Precision;

/**
 * A classifier to be trained.
 *
 * @param start where the trunk's weights come from
 * @param train images to learn from, each with a label
 * @param test images to classify; their classes are among those of {@code train}
 * @param view how test images are shown; crops have its size
 * @param placement where the network is kept
 * @param workers threads that load images
 * @param seed of everything random but a fresh trunk's weights
 * @param testEvery epochs between two classifications of the test images; after the last there is one in any case
 * @param quarantine told of unreadable images
 */
public record TrainingTask(
        EncoderSource start,
        LabelledImages train,
        LabelledImages test,
        Recipe recipe,
        EvalTransform view,
        Placement placement,
        Precision precision,
        int workers,
        long seed,
        int testEvery,
        Quarantine quarantine) {
    /** A training that changes its numbers must change this, or it would go on from states it would not have reached. */
    private static final int VERSION = 1;

    /** Refuses, before any work, what could not be trained. */
    public TrainingTask {
        new EvaluationSplit(train, test);
        for (int i = 0; i < train.size(); i++) {
            if (train.label(i) < 0) {
                throw new DataException(train.description() + ": '" + train.name(i) + "' has no label");
            }
        }
        if (train.size() < 2) {
            throw new DataException(
                    train.description() + ": batch norm needs at least two images to learn from, not " + train.size());
        }
        if (testEvery < 1) {
            throw new IllegalArgumentException("tests must be at least an epoch apart, not " + testEvery);
        }
    }

    /** The same of other images, from other weights, by another recipe, with one test at the end. */
    TrainingTask with(EncoderSource otherStart, LabelledImages otherTrain, Recipe otherRecipe, long otherSeed) {
        return new TrainingTask(
                otherStart,
                otherTrain,
                test,
                otherRecipe,
                view,
                placement,
                precision,
                workers,
                otherSeed,
                Integer.MAX_VALUE,
                quarantine);
    }

    /** SHA-256 over all that the result depends on but for the machine and its threads. */
    public String key() {
        String all = String.join(
                "\n",
                "classifier " + VERSION,
                start.fingerprint(),
                train.fingerprint(),
                test.fingerprint(),
                recipe.toString(),
                view.toString(),
                placement.device().toString(),
                precision.toString(),
                Long.toString(seed),
                Integer.toString(testEvery));
        return Sha256.of(all.getBytes(StandardCharsets.UTF_8));
    }
}
