package org.swav4j.augment.batch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The colour transforms of {@code augment} for many images at once. Images are float32 [n, 3, s, s] of whole numbers from 0 to
 * 255 before and after each transform, since the transforms of single images work on bytes and round.
 */
final class BatchColours {
    /** See {@code Transform}: what is rounded is cut off instead. */
    private static final double TRUNCATE = -0.4999;

    private static final double QUOTIENT_ONE = 4096;
    /** Before what is nearly the next whole number is cut off. */
    private static final double CUT_OFF = 1e-3;

    private BatchColours() {}

    /** @param factors [n, 1, 1, 1]; likewise below */
    static Tensor brightness(Tensor images, Tensor factors) {
        return bytes(images.mul(factors).add_(new Scalar(TRUNCATE)));
    }

    static Tensor contrast(Tensor images, Tensor factors) {
        Tensor level = gray(images)
                .mean(new long[] {1, 2, 3}, true, new org.bytedeco.pytorch.ScalarTypeOptional())
                .add_(new Scalar(0.5))
                .floor_();
        return bytes(images.mul(factors)
                .add_(level.mul(factors.neg().add_(new Scalar(1.0))))
                .add_(new Scalar(TRUNCATE)));
    }

    static Tensor saturation(Tensor images, Tensor factors) {
        return bytes(images.mul(factors)
                .add_(gray(images).mul_(factors.neg().add_(new Scalar(1.0))))
                .add_(new Scalar(TRUNCATE)));
    }

    /** [n, 1, s, s]: .299 R + .587 G + .114 B by OpenCV's 15-bit weights, whose sums float32 holds exactly. */
    static Tensor gray(Tensor images) {
        return images.narrow(1, 0, 1)
                .mul(new Scalar(9798.0))
                .add_(images.narrow(1, 1, 1), new Scalar(19235.0))
                .add_(images.narrow(1, 2, 1), new Scalar(3735.0))
                .add_(new Scalar(16384.0))
                .mul_(new Scalar(1.0 / 32768))
                .floor_();
    }

    /**
     * By 8-bit hue, saturation and value, as OpenCV has them.
     *
     * @param shifts [n, 1, 1, 1], whole steps of 256 to a turn
     */
    static Tensor hue(Tensor images, Tensor shifts) {
        Tensor r = images.narrow(1, 0, 1);
        Tensor g = images.narrow(1, 1, 1);
        Tensor b = images.narrow(1, 2, 1);
        Tensor value = images.amax(new long[] {1}, true);
        Tensor range = value.sub(images.amin(new long[] {1}, true));
        Tensor sixth = g.sub(b);
        // where two channels are largest, the first counts
        sixth = torch.where(
                        value.eq(g),
                        b.sub(r).add_(range, new Scalar(2.0)),
                        r.sub(g).add_(range, new Scalar(4.0)))
                .where(value.ne(r), sixth);
        Tensor hue = fraction(sixth, 256.0 / 6, range).add_(shifts).remainder(new Scalar(256.0));
        Tensor chroma = fraction(range, 255, value).mul_(new Scalar(1 / 255.0)).mul_(value);
        // OpenCV has 256 steps to a turn on the way there, 255 on the way back
        hue = hue.mul_(new Scalar(6.0 / 255));
        TensorVector channels = new TensorVector(3);
        for (int channel = 0; channel < 3; channel++) {
            channels.put(channel, channel(5 - 2 * channel, hue, value, chroma));
        }
        return torch.cat(channels, 1).add_(new Scalar(CUT_OFF)).floor_();
    }

    /** v − c·max(0, min(k, 4 − k, 1)) with k = (n + hue) modulo 6: red has n = 5, green 3, blue 1. */
    private static Tensor channel(int n, Tensor hue, Tensor value, Tensor chroma) {
        Tensor k = hue.add(new Scalar((double) n)).remainder(new Scalar(6.0));
        Tensor share = k.minimum(k.neg().add_(new Scalar(4.0)))
                .clamp_min_(new Scalar(0.0))
                .clamp_max_(new Scalar(1.0));
        return value.sub(share.mul_(chroma));
    }

    /** steps · part / whole to the nearest, by OpenCV's quotients of 12 bits, which are rounded themselves; 0 for 0 / 0. */
    private static Tensor fraction(Tensor part, double steps, Tensor whole) {
        Tensor quotient = whole.clamp_min(new Scalar(1.0))
                .reciprocal_()
                .mul_(new Scalar(steps * QUOTIENT_ONE))
                .round_();
        return quotient.mul_(part)
                .mul_(new Scalar(1 / QUOTIENT_ONE))
                .add_(new Scalar(0.5))
                .floor_();
    }

    /** To the nearest of 0 to 255, in place. */
    static Tensor bytes(Tensor fresh) {
        return fresh.round_().clamp_min_(new Scalar(0.0)).clamp_max_(new Scalar(255.0));
    }
}
