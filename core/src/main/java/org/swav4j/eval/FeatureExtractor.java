package org.swav4j.eval;

import org.bytedeco.pytorch.Tensor;

/** Turns pixels into features; called inside a scope that owns what it returns. */
@FunctionalInterface
public interface FeatureExtractor {
    /**
     * Features of a batch.
     *
     * @param pixels uint8 RGB [N, H, W, 3]
     * @return float32 [N, F]
     */
    Tensor features(Tensor pixels);

    /** The pixels themselves, seen at no more than {@code side}×{@code side}: what any encoder must beat. */
    static FeatureExtractor rawPixels(int side) {
        return new RawPixels(side);
    }
}
