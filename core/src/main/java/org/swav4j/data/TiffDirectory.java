package org.swav4j.data;

import org.swav4j.data.HeaderBytes.EndOfHeader;

/**
 * What a TIFF's first image directory says about its size, of classic TIFF and BigTIFF.
 *
 * @param tileWidth 0 for an image in strips; so is {@code tileHeight}
 */
record TiffDirectory(long width, long height, long tileWidth, long tileHeight) {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int MOST_ENTRIES = 4096;

    /** A tag that is not there is 0; one that is there twice is -1, as readers differ about which of them counts. */
    static TiffDirectory first(byte[] encoded) throws EndOfHeader {
        HeaderBytes b = new HeaderBytes(encoded, encoded[0] == 'M');
        boolean big = b.u16(2) == 43;
        long directory = big ? b.u64(8) : b.u32(4);
        long entries = big ? b.u64(directory) : b.u16(directory);
        long first = directory + (big ? 8 : 2);
        long width = 0;
        long height = 0;
        long tileWidth = 0;
        long tileHeight = 0;
        for (long i = 0; i < Math.min(entries, MOST_ENTRIES); i++) {
            long entry = first + i * (big ? 20 : 12);
            // not before the value is needed: a file may end within its last entry
            switch (b.u16(entry)) {
                case WIDTH -> width = width == 0 ? value(b, entry, big) : -1;
                case HEIGHT -> height = height == 0 ? value(b, entry, big) : -1;
                case TILE_WIDTH -> tileWidth = tileWidth == 0 ? value(b, entry, big) : -1;
                case TILE_HEIGHT -> tileHeight = tileHeight == 0 ? value(b, entry, big) : -1;
                default -> {}
            }
        }
        return new TiffDirectory(width, height, tileWidth, tileHeight);
    }

    private static long value(HeaderBytes b, long entry, boolean big) throws EndOfHeader {
        long at = entry + (big ? 12 : 8);
        return switch (b.u16(entry + 2)) {
            case 3 -> b.u16(at);
            case 4 -> b.u32(at);
            case 16 -> b.u64(at);
            default -> -1;
        };
    }

    /** The pixels that are decoded at once into a buffer: those of a tile, or 0 in an image of strips. */
    long tilePixels() {
        boolean sound = tileWidth >= 0 && tileHeight >= 0 && tileWidth <= 1 << 30 && tileHeight <= 1 << 30;
        return sound ? tileWidth * tileHeight : Long.MAX_VALUE;
    }
}
