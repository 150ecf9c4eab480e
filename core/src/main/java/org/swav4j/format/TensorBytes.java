package org.swav4j.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A dense tensor as it lies in a file: little-endian, C order, at most 2 GiB. Equality is identity of the parts; compare
 * the accessors' values instead.
 *
 * @param dtype element type
 * @param shape sizes of the dimensions, empty for a scalar
 * @param data exactly the tensor's bytes; every call returns a fresh little-endian view at position 0 of the same memory,
 *     which is read-only when it is a mapped file
 */
public record TensorBytes(DType dtype, long[] shape, ByteBuffer data) {

    /**
     * Takes the bytes between the buffer's position and limit, without copying.
     *
     * @throws IllegalArgumentException when shape and bytes disagree
     */
    public TensorBytes {
        shape = shape.clone();
        data = data.slice();
        long expected;
        try {
            expected = dtype.sizeOf(shape);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + ": " + e.getMessage(), e);
        }
        if (expected != data.remaining()) {
            throw new IllegalArgumentException(dtype + " " + Arrays.toString(shape) + " takes " + expected
                    + " bytes; the buffer has " + data.remaining());
        }
    }

    /** A copy of the shape. */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** A view of the bytes with its own position, little-endian. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Number of elements, 1 for a scalar. */
    public long elements() {
        return data.remaining() / dtype.bytes();
    }

    /** An {@link DType#F32} tensor of these values in C order. */
    public static TensorBytes ofFloats(float[] values, long... shape) {
        ByteBuffer bytes = allocate(DType.F32, values.length);
        bytes.asFloatBuffer().put(values);
        return new TensorBytes(DType.F32, shape, bytes);
    }

    /** An {@link DType#F64} tensor of these values in C order. */
    public static TensorBytes ofDoubles(double[] values, long... shape) {
        ByteBuffer bytes = allocate(DType.F64, values.length);
        bytes.asDoubleBuffer().put(values);
        return new TensorBytes(DType.F64, shape, bytes);
    }

    /** An {@link DType#I64} tensor of these values in C order. */
    public static TensorBytes ofLongs(long[] values, long... shape) {
        ByteBuffer bytes = allocate(DType.I64, values.length);
        bytes.asLongBuffer().put(values);
        return new TensorBytes(DType.I64, shape, bytes);
    }

    /** An {@link DType#U8} tensor of these values in C order. */
    public static TensorBytes ofBytes(byte[] values, long... shape) {
        return new TensorBytes(DType.U8, shape, ByteBuffer.wrap(values.clone()));
    }

    /**
     * The values of an {@link DType#F32} tensor, in C order.
     *
     * @throws IllegalStateException when the tensor has another type
     */
    public float[] toFloats() {
        require(DType.F32);
        float[] values = new float[data.remaining() / DType.F32.bytes()];
        data().asFloatBuffer().get(values);
        return values;
    }

    /**
     * The values of an {@link DType#F64} tensor, in C order.
     *
     * @throws IllegalStateException when the tensor has another type
     */
    public double[] toDoubles() {
        require(DType.F64);
        double[] values = new double[data.remaining() / DType.F64.bytes()];
        data().asDoubleBuffer().get(values);
        return values;
    }

    /**
     * The values of an {@link DType#I64} tensor, in C order.
     *
     * @throws IllegalStateException when the tensor has another type
     */
    public long[] toLongs() {
        require(DType.I64);
        long[] values = new long[data.remaining() / DType.I64.bytes()];
        data().asLongBuffer().get(values);
        return values;
    }

    /** A copy of the tensor's bytes, whatever its type. */
    public byte[] toBytes() {
        byte[] bytes = new byte[data.remaining()];
        data().get(bytes);
        return bytes;
    }

    /** Type and shape, e.g. {@code F32 [64, 3, 7, 7]}. */
    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape);
    }

    private void require(DType wanted) {
        if (dtype != wanted) {
            throw new IllegalStateException("the tensor is " + this + ", not " + wanted);
        }
    }

    private static ByteBuffer allocate(DType dtype, int elements) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, dtype.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }
}
