package org.swav4j.eval;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Pixels averaged down to a small square, centred around mid-grey. */
record RawPixels(int side) implements FeatureExtractor {
    @Override
    public Tensor features(Tensor pixels) {
        Tensor x = pixels.permute(0, 3, 1, 2).to(ScalarType.Float);
        if (x.size(2) > side) {
            x = torch.adaptive_avg_pool2d(x, side, side);
        }
        return x.flatten(1, -1).div(new Scalar(127.5)).sub(new Scalar(1.0));
    }
}
