package org.swav4j.probe;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.comm.Collective;
import org.swav4j.data.LabelledImages;
import org.swav4j.loader.Batch;
import org.swav4j.nn.Stage;

/**
 * What a training step's classifiers see: features of its images at several stages of a frozen trunk. Owned by the scope it is
 * made in.
 *
 * @param features per stage float32 [B, F]
 * @param labels int64 [B], class numbers, in host memory
 */
record StepFeatures(List<Tensor> features, Tensor labels) {
    /** Of a batch of one rank, whose images all have a label. */
    static StepFeatures of(Batch batch, LabelledImages images, StageEncoder encoder, List<Stage> stages) {
        int[] classes = IntStream.of(batch.indices()).map(images::label).toArray();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            return new StepFeatures(encoder.features(batch.tensor(0), stages), FeatureRows.longs(classes));
        }
    }

    /**
     * Of all ranks' parts of a step's batch, in host memory if there are several: row i of rank r of N becomes row i·N + r, where
     * one process that loads the whole batch has it. Collective: every rank must call, with as many rows.
     */
    StepFeatures together(Collective ranks) {
        if (ranks.world() == 1) {
            return this;
        }
        try (NoGradGuard noGrad = new NoGradGuard()) {
            return new StepFeatures(
                    features.stream()
                            .map(own -> dealt(ranks.gather(own.cpu().contiguous())))
                            .toList(),
                    dealt(ranks.gather(labels)));
        }
    }

    /** [N, b, ...] as [b·N, ...], of each rank a row in turn. */
    private static Tensor dealt(Tensor byRank) {
        return byRank.transpose(0, 1).flatten(0, 1).contiguous();
    }
}
