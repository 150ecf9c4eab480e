package org.swav4j.method;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The images of a training step that are in the trunk at the same time.
 *
 * @param crops of each resolution, uint8 [n·b, s, s, 3], crop-major
 * @param size b, images
 * @param release run when the pixels are not needed any more; may be run again later
 */
public record MicroBatch(List<Tensor> crops, int size, Runnable release) {
    public MicroBatch {
        crops = List.copyOf(crops);
    }

    /** A batch whose pixels nobody waits for. */
    public MicroBatch(List<Tensor> crops, int size) {
        this(crops, size, () -> {});
    }
}
