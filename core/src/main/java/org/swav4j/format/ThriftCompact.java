package org.swav4j.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes structures in Thrift's compact protocol, as far as Parquet's metadata needs it. Fields go in by ascending number.
 * Source: the Apache Thrift compact protocol encoding.
 */
final class ThriftCompact {
    static final int I32 = 5;
    static final int BINARY = 8;
    static final int STRUCT = 12;

    private static final int I64 = 6;
    private static final int LIST = 9;
    private static final int LONG_LIST = 15;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Deque<Integer> outer = new ArrayDeque<>();
    private int last;

    ThriftCompact i32(int field, int value) {
        return number(field, I32, value);
    }

    ThriftCompact i64(int field, long value) {
        return number(field, I64, value);
    }

    private ThriftCompact number(int field, int type, long value) {
        head(field, type);
        zigzag(value);
        return this;
    }

    ThriftCompact text(int field, String value) {
        head(field, BINARY);
        return element(value);
    }

    /** Begins a structure that is a field; ended by {@link #end}. */
    ThriftCompact struct(int field) {
        head(field, STRUCT);
        return element();
    }

    /** A field of a union whose structure has no fields of its own. */
    ThriftCompact empty(int field) {
        return struct(field).end();
    }

    /** Begins a list of so many elements, which follow. */
    ThriftCompact list(int field, int type, int size) {
        head(field, LIST);
        if (size < LONG_LIST) {
            out.write((size << 4) | type);
        } else {
            out.write((LONG_LIST << 4) | type);
            varint(size);
        }
        return this;
    }

    /** Begins a structure that is an element of a list; ended by {@link #end}. */
    ThriftCompact element() {
        outer.push(last);
        last = 0;
        return this;
    }

    /** A text that is an element of a list. */
    ThriftCompact element(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        varint(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    /** A number that is an element of a list. */
    ThriftCompact element(int value) {
        zigzag(value);
        return this;
    }

    /** Ends a structure; the outermost too. */
    ThriftCompact end() {
        out.write(0);
        last = outer.isEmpty() ? 0 : outer.pop();
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private void head(int field, int type) {
        int step = field - last;
        if (step < 1 || step > 15) {
            throw new IllegalArgumentException("field " + field + " cannot follow field " + last);
        }
        out.write((step << 4) | type);
        last = field;
    }

    private void zigzag(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    private void varint(long value) {
        writeVarint(out, value);
    }

    /** Seven bits a byte, the lowest first. */
    static void writeVarint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
