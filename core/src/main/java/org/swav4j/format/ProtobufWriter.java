package org.swav4j.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Fields of one protobuf message, in the order of the calls. */
public final class ProtobufWriter {
    /** Wire type of integers. */
    public static final int VARINT = 0;
    /** Wire type of doubles. */
    public static final int FIXED64 = 1;
    /** Wire type of text, bytes and messages. */
    public static final int BYTES = 2;
    /** Wire type of floats. */
    public static final int FIXED32 = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public ProtobufWriter varint(int field, long value) {
        tag(field, VARINT);
        rawVarint(value);
        return this;
    }

    public ProtobufWriter fixed64(int field, double value) {
        tag(field, FIXED64);
        rawFixed(Double.doubleToRawLongBits(value), Double.BYTES);
        return this;
    }

    public ProtobufWriter fixed32(int field, float value) {
        tag(field, FIXED32);
        rawFixed(Float.floatToRawIntBits(value), Float.BYTES);
        return this;
    }

    public ProtobufWriter string(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    public ProtobufWriter message(int field, ProtobufWriter message) {
        return bytes(field, message.toBytes());
    }

    /** Begins a field of {@code length} bytes, which the caller writes after these. */
    public ProtobufWriter begin(int field, long length) {
        tag(field, BYTES);
        rawVarint(length);
        return this;
    }

    public byte[] toBytes() {
        return bytes.toByteArray();
    }

    private ProtobufWriter bytes(int field, byte[] value) {
        begin(field, value.length);
        bytes.writeBytes(value);
        return this;
    }

    private void tag(int field, int wireType) {
        rawVarint((long) field << 3 | wireType);
    }

    private void rawVarint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    private void rawFixed(long bits, int count) {
        for (int i = 0; i < count; i++) {
            bytes.write((int) (bits >>> (8 * i)));
        }
    }
}
