package org.swav4j.source;

import java.util.Arrays;
import java.util.Locale;

/** Where in an archive the images lie and how they are packed: some 20 bytes an image. */
final class ZipEntries {
    static final int STORED = 0;
    static final int DEFLATED = 8;
    static final int LOCAL_BYTES = 30;

    /** Deflate packs no better than 1032 to 1. */
    private static final long MOST_PER_BYTE = 1100;

    private static final long SLACK = 1 << 16;
    private static final int ENCRYPTED = -1;
    private static final int UNKNOWN_METHOD = -2;
    private static final int TOO_LARGE = -3;
    private static final int ELSEWHERE = -4;
    private static final int UNLIKELY_SIZE = -5;

    private final long end;
    private int count;
    private long[] offset = new long[64];
    private int[] compressed = new int[64];
    private int[] size = new int[64];
    private int[] crc = new int[64];
    private byte[] method = new byte[64];

    /** {@code end} is where the last entry ends at the latest. */
    ZipEntries(long end) {
        this.end = end;
    }

    void add(ZipDirectory.Entry entry) {
        if (count == offset.length) {
            resize(count + (count >> 1));
        }
        offset[count] = entry.offset();
        compressed[count] = (int) entry.compressed();
        size[count] = (int) entry.size();
        crc[count] = entry.crc();
        method[count] = (byte) readableAs(entry);
        count++;
    }

    private int readableAs(ZipDirectory.Entry entry) {
        if (entry.encrypted()) {
            return ENCRYPTED;
        }
        if (entry.method() != STORED && entry.method() != DEFLATED) {
            return UNKNOWN_METHOD;
        }
        if (entry.size() < 0 || entry.size() > ImageFiles.MAX_BYTES || entry.compressed() > ImageFiles.MAX_BYTES) {
            return TOO_LARGE;
        }
        if (entry.offset() < 0 || entry.compressed() < 0 || entry.offset() > end - LOCAL_BYTES - entry.compressed()) {
            return ELSEWHERE;
        }
        boolean likely = entry.method() == STORED
                ? entry.size() == entry.compressed()
                : entry.size() <= MOST_PER_BYTE * entry.compressed() + SLACK;
        return likely ? entry.method() : UNLIKELY_SIZE;
    }

    long offset(int index) {
        return offset[index];
    }

    int compressed(int index) {
        return compressed[index];
    }

    int size(int index) {
        return size[index];
    }

    int crc(int index) {
        return crc[index];
    }

    boolean deflated(int index) {
        return method[index] == DEFLATED;
    }

    /** How many can be read as far as the table tells. */
    int readable() {
        int readable = 0;
        for (int i = 0; i < count; i++) {
            readable += method[i] >= 0 ? 1 : 0;
        }
        return readable;
    }

    /** Why the image cannot be read; null if it can. */
    String problem(int index) {
        return switch (method[index]) {
            case ENCRYPTED -> "encrypted; unpack the archive with its password and give the folder";
            case UNKNOWN_METHOD -> "compressed by another method than deflate; pack it anew or unpack it";
            case TOO_LARGE -> String.format(Locale.ROOT, "more than the %,d bytes accepted", ImageFiles.MAX_BYTES);
            case ELSEWHERE -> "damaged archive: it would lie beyond the archive's end";
            case UNLIKELY_SIZE ->
                String.format(
                        Locale.ROOT,
                        "damaged or hostile: %,d bytes in the archive cannot unpack to %,d",
                        compressed[index],
                        size[index]);
            default -> null;
        };
    }

    /** The entries of these numbers, in this order. */
    ZipEntries sorted(int[] order) {
        ZipEntries sorted = new ZipEntries(end);
        sorted.resize(order.length);
        sorted.count = order.length;
        for (int i = 0; i < order.length; i++) {
            sorted.offset[i] = offset[order[i]];
            sorted.compressed[i] = compressed[order[i]];
            sorted.size[i] = size[order[i]];
            sorted.crc[i] = crc[order[i]];
            sorted.method[i] = method[order[i]];
        }
        return sorted;
    }

    private void resize(int room) {
        offset = Arrays.copyOf(offset, room);
        compressed = Arrays.copyOf(compressed, room);
        size = Arrays.copyOf(size, room);
        crc = Arrays.copyOf(crc, room);
        method = Arrays.copyOf(method, room);
    }
}
