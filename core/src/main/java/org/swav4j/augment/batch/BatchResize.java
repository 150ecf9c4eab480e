package org.swav4j.augment.batch;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.CropBox;

/**
 * Cuts a rectangle out of every image of a batch and resizes it to a square, antialiased and bilinear as PIL does: along each
 * axis a matrix of weights per image, so that the batch takes two batched matrix products whatever the rectangles.
 */
final class BatchResize {
    private BatchResize() {}

    /**
     * The columns of the images as rows, what {@link #apply} takes.
     *
     * @param images uint8 [B, S, S, 3]
     * @param arithmetic the type that products are computed in
     * @return [B, S (x), S·3 (y and channel)]
     */
    static Tensor columns(Tensor images, ScalarType arithmetic) {
        long side = images.size(1);
        return images.permute(0, 2, 1, 3).to(arithmetic).contiguous().view(-1, side, side * 3);
    }

    /**
     * The crops, mirrored where told.
     *
     * @param columns of {@link #columns}
     * @param boxes one for each image
     * @param size s, side of the crops
     * @return float32 [B, 3, s, s], whole numbers from 0 to 255
     */
    static Tensor apply(Tensor columns, List<CropBox> boxes, boolean[] mirrored, int size) {
        long side = columns.size(1);
        int n = boxes.size();
        float[] across = new float[3 * n];
        float[] down = new float[3 * n];
        for (int i = 0; i < n; i++) {
            CropBox box = boxes.get(i);
            across[i] = box.x();
            across[n + i] = box.width();
            across[2 * n + i] = mirrored[i] ? 1 : 0;
            down[i] = box.y();
            down[n + i] = box.height();
        }
        Tensor wide =
                weights(Upload.floats(across, columns, 3, n, 1, 1), side, size).to(columns.scalar_type());
        Tensor high =
                weights(Upload.floats(down, columns, 3, n, 1, 1), side, size).to(columns.scalar_type());
        // rows are 8-bit between the passes, as in PIL; [B, s (x), S (y), 3] to [B, S (y), s (x) · 3]
        Tensor rows = torch.bmm(wide, columns)
                .round_()
                .view(n, size, side, 3)
                .permute(0, 2, 1, 3)
                .reshape(n, side, size * 3L);
        return BatchColours.bytes(torch.bmm(high, rows)
                .view(n, size, size, 3)
                .permute(0, 3, 1, 2)
                .to(ScalarType.Float)
                .contiguous());
    }

    /**
     * A triangle per pixel of the crop, as wide as the crop's pixels or the image's, whichever are larger; only pixels of the
     * box count.
     *
     * @param box [3, B, 1, 1]: first pixel, number of pixels, whether to mirror
     * @return float32 [B, size, side], each row summing to 1
     */
    private static Tensor weights(Tensor box, long side, int size) {
        Tensor first = box.select(0, 0);
        Tensor length = box.select(0, 1);
        Tensor mirror = box.select(0, 2);
        Tensor scale = length.div(new Scalar((double) size));
        Tensor width = scale.clamp_min(new Scalar(1.0));
        Tensor target = torch.arange(new Scalar((double) size), box.options())
                .add_(new Scalar(0.5))
                .view(1, size, 1);
        Tensor pixel = torch.arange(new Scalar((double) side), box.options())
                .add_(new Scalar(0.5))
                .view(1, 1, side);
        // the mirror image of place t is size − t
        Tensor place = target.add(mirror.mul(target.mul(new Scalar(-2.0)).add_(new Scalar((double) size))));
        Tensor centre = first.add(place.mul(scale));
        Tensor inside = pixel.gt(first).mul(pixel.lt(first.add(length)));
        Tensor triangle = pixel.sub(centre)
                .div_(width)
                .abs_()
                .neg_()
                .add_(new Scalar(1.0))
                .clamp_min_(new Scalar(0.0))
                .mul_(inside);
        return triangle.div_(triangle.sum(new long[] {2}, true, new org.bytedeco.pytorch.ScalarTypeOptional()));
    }
}
