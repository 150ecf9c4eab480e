package org.swav4j.format;

import java.util.Optional;

/** Element types that files can hold. The constants' names are the names in a safetensors header. */
public enum DType {
    /** IEEE 754 double. */
    F64(8),
    /** IEEE 754 single. */
    F32(4),
    /** IEEE 754 half. */
    F16(2),
    /** The upper 16 bits of a single. */
    BF16(2),
    /** Signed 64-bit. */
    I64(8),
    /** Signed 32-bit. */
    I32(4),
    /** Signed 16-bit. */
    I16(2),
    /** Signed 8-bit. */
    I8(1),
    /** Unsigned 8-bit. */
    U8(1),
    /** One byte, 0 or 1. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The type of that name in a safetensors header, e.g. {@code "F32"}; empty when there is none. */
    public static Optional<DType> ofSafetensorsName(String name) {
        for (DType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Bytes of a dense tensor.
     *
     * @throws ArithmeticException when a dimension is negative or the product does not fit a long
     */
    long sizeOf(long[] shape) {
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new ArithmeticException("dimension " + dimension + " is negative");
            }
            elements = Math.multiplyExact(elements, dimension);
        }
        return Math.multiplyExact(elements, bytes);
    }
}
