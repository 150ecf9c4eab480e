package org.swav4j.format;

import java.nio.ByteBuffer;

/** Parquet's hybrid of run lengths and packed bits, for levels of one bit or two. */
final class ParquetLevels {
    private ParquetLevels() {}

    /**
     * Reads levels with the length that stands before them; the buffer's position moves behind them.
     *
     * @param page little-endian
     * @param highest the level that a value has which is there, 1 to 3
     * @param count how many there are
     */
    static byte[] read(ByteBuffer page, int highest, int count) throws FormatException {
        if (page.remaining() < Integer.BYTES) {
            throw new FormatException("a page ends before its levels");
        }
        int length = page.getInt();
        if (length < 0 || length > page.remaining()) {
            throw new FormatException("levels of " + length + " bytes in a page with " + page.remaining() + " left");
        }
        ByteBuffer runs = page.slice(page.position(), length);
        page.position(page.position() + length);
        int width = highest > 1 ? 2 : 1;
        byte[] levels = new byte[count];
        int at = 0;
        while (at < count) {
            long head = varint(runs);
            if ((head & 1) == 0) {
                byte level = next(runs);
                int run = (int) Math.min(head >>> 1, count - at);
                if (run == 0) {
                    throw new FormatException("a run of no levels");
                }
                java.util.Arrays.fill(levels, at, at + run, level);
                at += run;
            } else {
                at = unpack(runs, head >>> 1, width, levels, at);
            }
        }
        for (byte level : levels) {
            if (level < 0 || level > highest) {
                throw new FormatException("a level of " + level + ", where " + highest + " is the highest");
            }
        }
        return levels;
    }

    /** Groups of eight levels, the first in the lowest bits. */
    private static int unpack(ByteBuffer runs, long groups, int width, byte[] levels, int first)
            throws FormatException {
        int at = first;
        for (long group = 0; group < groups && at < levels.length; group++) {
            int bits = next(runs) & 0xFF;
            bits |= width == 2 ? (next(runs) & 0xFF) << 8 : 0;
            for (int i = 0; i < 8 && at < levels.length; i++) {
                levels[at++] = (byte) (bits >> (i * width) & (1 << width) - 1);
            }
        }
        if (at == first) {
            throw new FormatException("a run of no levels");
        }
        return at;
    }

    private static long varint(ByteBuffer runs) throws FormatException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int part = next(runs) & 0xFF;
            value |= (long) (part & 0x7F) << shift;
            if (part < 0x80) {
                return value;
            }
        }
        throw new FormatException("a run's length of more than 32 bits");
    }

    private static byte next(ByteBuffer runs) throws FormatException {
        if (!runs.hasRemaining()) {
            throw new FormatException("levels end before the values do");
        }
        return runs.get();
    }
}
