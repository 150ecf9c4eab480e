package org.swav4j.data;

/** Bounds-checked unsigned reads in one byte order: hostile offsets can only end in {@link EndOfHeader}. */
final class HeaderBytes {
    private final byte[] bytes;
    private final boolean bigEndian;

    HeaderBytes(byte[] bytes, boolean bigEndian) {
        this.bytes = bytes;
        this.bigEndian = bigEndian;
    }

    int u8(long at) throws EndOfHeader {
        if (at < 0 || at >= bytes.length) {
            throw new EndOfHeader();
        }
        return bytes[(int) at] & 255;
    }

    int u16(long at) throws EndOfHeader {
        int a = u8(at);
        int b = u8(at + 1);
        return bigEndian ? a << 8 | b : b << 8 | a;
    }

    long u32(long at) throws EndOfHeader {
        long a = u16(at);
        long b = u16(at + 2);
        return bigEndian ? a << 16 | b : b << 16 | a;
    }

    /** Values beyond 2^63-1 read as negative, which every caller treats as out of bounds. */
    long u64(long at) throws EndOfHeader {
        long a = u32(at);
        long b = u32(at + 4);
        return bigEndian ? a << 32 | b : b << 32 | a;
    }

    /** The bytes ended before the header did. */
    static final class EndOfHeader extends Exception {
        private static final long serialVersionUID = 1L;

        EndOfHeader() {
            super("header ends early", null, false, false);
        }
    }
}
