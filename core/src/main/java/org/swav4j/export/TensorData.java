package org.swav4j.export;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** The bytes of tensors. */
final class TensorData {
    private TensorData() {}

    /** In place, of a contiguous tensor in host memory, as long as that lives. */
    static ByteBuffer of(Tensor contiguous) {
        return contiguous.nbytes() == 0
                ? ByteBuffer.allocate(0)
                : new BytePointer(contiguous.data_ptr())
                        .capacity(contiguous.nbytes())
                        .asByteBuffer();
    }
}
