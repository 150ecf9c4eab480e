package org.swav4j.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads structures in Thrift's compact protocol: a map from field numbers to {@code Long}, {@code Double}, {@code Boolean},
 * {@code byte[]}, {@code List} or another such map. Nothing is believed that the bytes do not hold: what is read takes
 * memory in proportion to them. Source: the Apache Thrift compact protocol encoding.
 */
final class ThriftReader {
    private static final int MAX_DEPTH = 24;
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int BYTE = 3;
    private static final int I16 = 4;
    private static final int I64 = 6;
    private static final int DOUBLE = 7;
    private static final int LIST = 9;
    private static final int SET = 10;

    private final byte[] bytes;
    private final int end;
    private int at;

    /** Reads from the first of {@code length} bytes on. */
    ThriftReader(byte[] bytes, int length) {
        this.bytes = bytes;
        this.end = length;
    }

    /** Bytes read so far. */
    int position() {
        return at;
    }

    /**
     * The structure that comes next.
     *
     * @throws FormatException if there is none; the message is what is wrong
     */
    Map<Integer, Object> struct() throws FormatException {
        return struct(0);
    }

    private Map<Integer, Object> struct(int depth) throws FormatException {
        if (depth > MAX_DEPTH) {
            throw new FormatException("structures lie in each other more than " + MAX_DEPTH + " deep");
        }
        Map<Integer, Object> fields = new LinkedHashMap<>();
        int field = 0;
        for (int head = next(); head != 0; head = next()) {
            int step = head >> 4 & 15;
            field = step == 0 ? Math.toIntExact(zigzag() & 0xFFFF) : field + step;
            int type = head & 15;
            Object value = type == TRUE || type == FALSE ? (Object) (type == TRUE) : value(type, depth);
            if (fields.put(field, value) != null) {
                throw new FormatException("field " + field + " is there twice");
            }
        }
        return fields;
    }

    private Object value(int type, int depth) throws FormatException {
        return switch (type) {
            case TRUE, FALSE -> next() == TRUE;
            case BYTE -> (long) (byte) next();
            case I16, ThriftCompact.I32, I64 -> zigzag();
            case DOUBLE -> number();
            case ThriftCompact.BINARY -> binary();
            case LIST, SET -> list(depth + 1);
            case ThriftCompact.STRUCT -> struct(depth + 1);
            default -> throw new FormatException("there is no type " + type);
        };
    }

    private List<Object> list(int depth) throws FormatException {
        if (depth > MAX_DEPTH) {
            throw new FormatException("lists lie in each other more than " + MAX_DEPTH + " deep");
        }
        int head = next();
        long size = head >> 4 & 15;
        size = size == 15 ? varint() : size;
        // every element takes a byte at least
        if (size < 0 || size > end - at) {
            throw new FormatException("a list of " + size + " elements in " + (end - at) + " bytes");
        }
        List<Object> elements = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            elements.add(value(head & 15, depth));
        }
        return elements;
    }

    private byte[] binary() throws FormatException {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new FormatException("a text of " + length + " bytes in " + (end - at));
        }
        byte[] text = java.util.Arrays.copyOfRange(bytes, at, at + (int) length);
        at += (int) length;
        return text;
    }

    private double number() throws FormatException {
        long bits = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            bits |= (long) next() << (8 * i);
        }
        return Double.longBitsToDouble(bits);
    }

    private long zigzag() throws FormatException {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    private long varint() throws FormatException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int part = next();
            value |= (long) (part & 0x7F) << shift;
            if (part < 0x80) {
                return value;
            }
        }
        throw new FormatException("a number of more than 64 bits");
    }

    private int next() throws FormatException {
        if (at >= end) {
            throw new FormatException("it ends within a structure");
        }
        return bytes[at++] & 0xFF;
    }
}
