package org.swav4j.probe;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.nn.Stage;

/** Turns pixels into features of several stages; called inside a scope that owns what it returns, without a gradient. */
@FunctionalInterface
public interface StageEncoder {
    /**
     * Features of a batch.
     *
     * @param pixels uint8 RGB [N, H, W, 3]
     * @return per stage float32 [N, F], averaged over all places
     */
    List<Tensor> features(Tensor pixels, List<Stage> stages);
}
