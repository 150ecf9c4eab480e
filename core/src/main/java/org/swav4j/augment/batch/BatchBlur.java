package org.swav4j.augment.batch;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.GaussianBlur;

/** {@link GaussianBlur} for many images at once, each with a kernel of its own, which is a matrix along either axis. */
final class BatchBlur {
    private BatchBlur() {}

    /**
     * Blurs.
     *
     * @param images float32 [n, 3, s, s] of whole numbers
     * @param sigmas standard deviation for each image, pixels
     * @param arithmetic the type that products are computed in
     */
    static Tensor apply(Tensor images, double[] sigmas, ScalarType arithmetic) {
        long n = images.size(0);
        long size = images.size(2);
        Tensor along = matrices(sigmas, images, (int) size).to(arithmetic);
        Tensor columns = images.to(arithmetic).view(n, 3 * size, size).bmm(along.transpose(1, 2));
        Tensor rows = columns.view(n, 3, size, size).permute(0, 2, 1, 3).reshape(n, size, 3 * size);
        return BatchColours.bytes(along.bmm(rows)
                .view(n, size, 3, size)
                .permute(0, 2, 1, 3)
                .to(ScalarType.Float)
                .contiguous());
    }

    /** [n, size, size]: row i holds the kernel around i; what would lie beyond the border falls on the border's pixel. */
    private static Tensor matrices(double[] sigmas, Tensor images, int size) {
        List<double[]> kernels =
                Arrays.stream(sigmas).mapToObj(GaussianBlur::kernel).toList();
        int radius = kernels.stream().mapToInt(k -> k.length / 2).max().orElseThrow();
        int taps = 2 * radius + 1;
        float[] weights = new float[kernels.size() * taps];
        for (int i = 0; i < kernels.size(); i++) {
            double[] kernel = kernels.get(i);
            int begin = i * taps + radius - kernel.length / 2;
            for (int t = 0; t < kernel.length; t++) {
                weights[begin + t] = (float) kernel[t];
            }
        }
        // where each tap of each row falls
        long[] places = new long[size * taps];
        for (int row = 0; row < size; row++) {
            for (int t = 0; t < taps; t++) {
                places[row * taps + t] = (long) row * size + Math.min(size - 1, Math.max(0, row + t - radius));
            }
        }
        Tensor kernel = Upload.floats(weights, images, kernels.size(), 1, taps)
                .expand(new long[] {kernels.size(), size, taps}, false)
                .reshape(kernels.size(), (long) size * taps);
        return torch.zeros(new long[] {kernels.size(), (long) size * size}, images.options())
                .index_add_(1, Upload.longs(places, images), kernel)
                .view(kernels.size(), size, size);
    }
}
