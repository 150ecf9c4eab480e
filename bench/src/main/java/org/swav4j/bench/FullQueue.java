package org.swav4j.bench;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.Swav;
import org.swav4j.nn.UnitRows;
import org.swav4j.train.PretrainConfig;

/** A queue of random embeddings, as full as after some epochs. */
final class FullQueue {
    private FullQueue() {}

    /** The caller closes it. */
    static FeatureQueue of(PretrainConfig config, Swav model, int rows) {
        int assigned = config.method().cropsForAssign().size();
        try (PointerScope scope = new PointerScope()) {
            Tensor past =
                    UnitRows.of(torch.randn(new long[] {rows, config.model().dim()}));
            FeatureQueue queue =
                    new FeatureQueue(assigned, rows, model.prototypes().heads().get(0));
            for (int crop = 0; crop < assigned; crop++) {
                queue.push(crop, past);
            }
            return queue;
        }
    }
}
