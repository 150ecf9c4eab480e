package org.swav4j.nn;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.StateDict;

/**
 * From 8-bit pixels to what the trunk takes: (u/255 − mean) / std per channel. The red standard deviation is the
 * reference's .228, not the customary .229: published weights expect it. Owns its constants until closed.
 */
public final class PixelNormalization implements AutoCloseable {
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] STD = {0.228, 0.224, 0.225};

    private final Placement placement;
    /** Per width of the images one row of means and one of standard deviations, on the device. */
    private final StateDict rows = new StateDict();

    public PixelNormalization(Placement placement) {
        this.placement = placement;
    }

    /** The mean of red, green and blue, of 1. */
    public static double[] mean() {
        return MEAN.clone();
    }

    /** The standard deviation of red, green and blue, of 1. */
    public static double[] standardDeviation() {
        return STD.clone();
    }

    /**
     * Normalises a batch.
     *
     * @param pixels uint8 [N, H, W, 3], contiguous, RGB
     * @return [N, 3, H, W] on the device, in the layout and of the type given
     */
    public Tensor apply(Tensor pixels) {
        long[] shape = pixels.shape();
        if (pixels.scalar_type().intern() != ScalarType.Byte || shape.length != 4 || shape[3] != 3) {
            throw new IllegalArgumentException("pixels must be uint8 [N, H, W, 3], not " + pixels.scalar_type() + " "
                    + java.util.Arrays.toString(shape));
        }
        int width = (int) shape[2];
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor normalised = pixels.view(shape[0] * shape[1], 3L * width)
                    .to(placement.device().toTorch(), placement.type())
                    .div_(new Scalar(255.0))
                    .sub_(row("mean.", MEAN, width))
                    .div_(row("std.", STD, width))
                    .view(shape)
                    .permute(0, 3, 1, 2);
            return placement.layout() == MemoryFormat.ChannelsLast ? normalised : normalised.contiguous();
        }
    }

    /** A whole row of pixels at once: broadcasting over three channels alone is several times slower. */
    private Tensor row(String name, double[] perChannel, int width) {
        String key = name + width;
        if (!rows.contains(key)) {
            double[] values = new double[3 * width];
            for (int i = 0; i < values.length; i++) {
                values[i] = perChannel[i % 3];
            }
            rows.add(key, Tensor.create(values).to(placement.device().toTorch(), placement.type()));
        }
        return rows.get(key);
    }

    @Override
    public void close() {
        rows.close();
    }
}
