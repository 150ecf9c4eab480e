package org.swav4j.classify;

import java.util.List;
import java.util.Set;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.Precision;

/** Trainings of classifiers that take a fraction of a second. */
final class Tasks {
    static final EncoderInfo INFO = new EncoderInfo("resnet10w0.125", "small-stride2", 16);
    static final LabelledImages IMAGES =
            new LabelledMemory(List.of("a", "b", "c"), Set.of(), 0, 1, 2, 0, 1, 2, 2, 1, 0);
    static final Recipe RECIPE = new Recipe(0.05, 0.05, 0, 4, 6, 0, Decay.COSINE, 1, 0);

    private Tasks() {}

    static TrainingTask of(EncoderSource start, LabelledImages train, LabelledImages test, Recipe recipe) {
        return new TrainingTask(
                start,
                train,
                test,
                recipe,
                EvalTransform.stretch(16),
                Placement.CPU,
                Precision.FP32,
                2,
                5,
                2,
                new Quarantine("memory"));
    }

    static TrainingTask of(Recipe recipe) {
        return of(EncoderSource.untrained(INFO, 3), IMAGES, IMAGES, recipe);
    }
}
