package org.swav4j.pickle;

import java.util.Arrays;
import org.swav4j.format.DType;

/**
 * A tensor that a file describes; {@link TorchFile#read} reads its numbers. Lies inside its storage: that was checked.
 */
public final class PickledTensor {
    private final Storage storage;
    private final long offset;
    private final long[] shape;
    private final long[] stride;

    /** @param offset of its first element in the storage */
    PickledTensor(Storage storage, long offset, long[] shape, long[] stride) {
        this.storage = storage;
        this.offset = offset;
        this.shape = shape.clone();
        this.stride = stride.clone();
    }

    public DType dtype() {
        return storage.dtype();
    }

    /** Sizes of its dimensions, empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements. */
    public long elements() {
        return elements(shape);
    }

    /** Bytes it takes densely packed. */
    public long bytes() {
        return elements() * dtype().bytes();
    }

    Storage storage() {
        return storage;
    }

    long offset() {
        return offset;
    }

    long stride(int dimension) {
        return stride[dimension];
    }

    /** Elements of the storage from its first to behind its last; 0 without elements. */
    long span() {
        return span(shape, stride);
    }

    /** Whether its elements lie one after the other, in C order. */
    boolean isDense() {
        long expected = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && stride[i] != expected) {
                return false;
            }
            expected *= shape[i];
        }
        return true;
    }

    /** @throws ArithmeticException if that is more than a long holds */
    static long elements(long[] shape) {
        long elements = 1;
        for (long side : shape) {
            elements = Math.multiplyExact(elements, side);
        }
        return elements;
    }

    /** @throws ArithmeticException if that is more than a long holds */
    static long span(long[] shape, long[] stride) {
        long last = 0;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 0) {
                return 0;
            }
            last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, stride[i]));
        }
        return Math.addExact(last, 1);
    }

    /** Type and shape, e.g. {@code F32 [64, 3, 7, 7]}. */
    @Override
    public String toString() {
        return dtype() + " " + Arrays.toString(shape);
    }
}
