package org.swav4j.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks the fields of one protobuf message: {@link #next()}, then exactly one call that takes or skips the value. Every
 * method throws {@link Malformed} instead of reading past the message.
 */
public final class ProtobufReader {
    private static final int MAX_VARINT_BYTES = 10;

    private final ByteBuffer bytes;
    private int field;
    private int wireType;

    public ProtobufReader(ByteBuffer message) {
        this.bytes = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The bytes are no protobuf message. */
    public static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        public Malformed(String message) {
            super(message);
        }
    }

    /** Moves to the next field; false at the end of the message. */
    public boolean next() throws Malformed {
        if (!bytes.hasRemaining()) {
            return false;
        }
        long tag = rawVarint();
        wireType = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 3 > Integer.MAX_VALUE >> 2) {
            throw new Malformed("field number must be 1 to 2^29-1, found " + (tag >>> 3));
        }
        field = (int) (tag >>> 3);
        return true;
    }

    /** Whether the current field has this number and wire type. */
    public boolean is(int number, int type) {
        return field == number && wireType == type;
    }

    public long varint() throws Malformed {
        return rawVarint();
    }

    public double fixed64() throws Malformed {
        return take(Double.BYTES).getDouble();
    }

    public float fixed32() throws Malformed {
        return take(Float.BYTES).getFloat();
    }

    public ByteBuffer bytes() throws Malformed {
        return take(rawVarint());
    }

    public String string() throws Malformed {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    public void skip() throws Malformed {
        switch (wireType) {
            case ProtobufWriter.VARINT -> rawVarint();
            case ProtobufWriter.FIXED64 -> take(Long.BYTES);
            case ProtobufWriter.BYTES -> take(rawVarint());
            case ProtobufWriter.FIXED32 -> take(Integer.BYTES);
            default -> throw new Malformed("field " + field + " has wire type " + wireType);
        }
    }

    private ByteBuffer take(long count) throws Malformed {
        if (count < 0 || count > bytes.remaining()) {
            throw new Malformed("field " + field + " takes " + Long.toUnsignedString(count) + " bytes; "
                    + bytes.remaining() + " are left");
        }
        ByteBuffer taken = bytes.slice(bytes.position(), (int) count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + (int) count);
        return taken;
    }

    private long rawVarint() throws Malformed {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            if (!bytes.hasRemaining()) {
                throw new Malformed("a number is cut off");
            }
            byte b = bytes.get();
            value |= (long) (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new Malformed("a number takes more than " + MAX_VARINT_BYTES + " bytes");
    }
}
