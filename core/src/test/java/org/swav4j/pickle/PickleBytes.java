package org.swav4j.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Assembles pickles opcode by opcode, sound or not. */
public final class PickleBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Begins with the opcode for protocol 2. */
    public static PickleBytes pickle() {
        return new PickleBytes().op(0x80).op(2);
    }

    /** Single bytes, each below 256. */
    public PickleBytes op(int... codes) {
        for (int code : codes) {
            bytes.write(code);
        }
        return this;
    }

    /** ASCII, such as several opcodes at once. */
    public PickleBytes ops(String codes) {
        bytes.writeBytes(codes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    public PickleBytes i32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    public PickleBytes i64(long value) {
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    /** A text value. */
    public PickleBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op('X').i32(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    /** A whole number. */
    public PickleBytes number(long value) {
        return op(0x8a, 8).i64(value);
    }

    /** A class or function by {@code GLOBAL}. */
    public PickleBytes global(String module, String name) {
        return ops("c" + module + "\n" + name + "\n");
    }

    /** The same by {@code STACK_GLOBAL}. */
    public PickleBytes stackGlobal(String module, String name) {
        return text(module).text(name).op(0x93);
    }

    /** A storage, as a persistent identity. */
    public PickleBytes storage(String type, String key, String location, long elements) {
        return op('(').text("storage")
                .global("torch", type)
                .text(key)
                .text(location)
                .number(elements)
                .ops("tQ");
    }

    /** A tuple of numbers. */
    public PickleBytes tuple(long... values) {
        op('(');
        for (long value : values) {
            number(value);
        }
        return op('t');
    }

    /** A tensor of float32 in the storage "0". */
    public PickleBytes tensor(long elements, long offset, long[] shape, long[] stride) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .storage("FloatStorage", "0", "cpu", elements)
                .number(offset)
                .tuple(shape)
                .tuple(stride)
                .op(0x89)
                .global("collections", "OrderedDict")
                .ops(")RtR");
    }

    public byte[] toBytes() {
        return bytes.toByteArray();
    }
}
