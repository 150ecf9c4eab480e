package org.swav4j.importer;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.swav4j.format.DType;

/**
 * A tensor in a file, no number of it read yet.
 *
 * @param dtype element type
 * @param shape sizes of the dimensions, empty for a scalar
 * @param content reads its bytes
 */
public record SavedTensor(DType dtype, long[] shape, Content content) {
    /** Copies the shape. */
    public SavedTensor {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Reads a tensor's bytes, dense, little-endian; exactly as many remain in the buffer. */
    @FunctionalInterface
    public interface Content {
        void read(ByteBuffer into) throws IOException;
    }
}
