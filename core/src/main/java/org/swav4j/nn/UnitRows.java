package org.swav4j.nn;

import org.bytedeco.pytorch.NormalizeFuncOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Rows scaled to unit Euclidean length. */
public final class UnitRows {
    private UnitRows() {}

    /** [N, D] → [N, D]; a row shorter than 1e-12 is divided by that. Differentiable. */
    public static Tensor of(Tensor rows) {
        return torch.normalize(rows, new NormalizeFuncOptions());
    }
}
