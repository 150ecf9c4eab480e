package org.swav4j.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/** Uncompressed 8-bit RGB TIFF files written tag by tag, so that each tag can lie. */
final class TiffFile {
    static final int TILE_WIDTH = 322;
    static final int TILE_LENGTH = 323;
    private static final int DIRECTORY = 8;
    private static final int LONG = 4;

    private final Map<Integer, long[]> tags = new TreeMap<>();

    /** A strip of {@code width × height} pixels, as the tags say. */
    TiffFile(int width, int height) {
        with(256, width)
                .with(257, height)
                .with(258, 8)
                .with(259, 1)
                .with(262, 2)
                .with(277, 3)
                .with(284, 1);
    }

    /** A whole file of square tiles. */
    static byte[] tiled(int width, int height, int tile, ByteOrder order) {
        int tiles = ((width + tile - 1) / tile) * ((height + tile - 1) / tile);
        int bytes = tile * tile * 3;
        TiffFile file = new TiffFile(width, height).with(TILE_WIDTH, tile).with(TILE_LENGTH, tile);
        long[] sizes = new long[tiles];
        java.util.Arrays.fill(sizes, bytes);
        return file.with(324, new long[tiles]).with(325, sizes).written(order, tiles * bytes);
    }

    TiffFile with(int tag, long... values) {
        tags.put(tag, values);
        return this;
    }

    /** The file, with so many bytes of pixels after its directory; equal offsets for strips or tiles are filled in. */
    byte[] written(ByteOrder order, int pixels) {
        int values = DIRECTORY + 2 + 12 * tags.size() + 4;
        int outside = tags.values().stream()
                .mapToInt(v -> v.length > 1 ? 4 * v.length : 0)
                .sum();
        int data = values + outside;
        ByteBuffer out = ByteBuffer.allocate(data + pixels).order(order);
        out.put((byte) (order == ByteOrder.BIG_ENDIAN ? 'M' : 'I'));
        out.put((byte) (order == ByteOrder.BIG_ENDIAN ? 'M' : 'I'));
        out.putShort((short) 42).putInt(DIRECTORY).putShort((short) tags.size());
        for (Map.Entry<Integer, long[]> tag : tags.entrySet()) {
            long[] list = tag.getValue();
            boolean offsets = tag.getKey() == 273 || tag.getKey() == 324;
            out.putShort(tag.getKey().shortValue()).putShort((short) LONG).putInt(list.length);
            if (list.length == 1) {
                out.putInt((int) (offsets ? data : list[0]));
                continue;
            }
            out.putInt(values);
            for (int i = 0; i < list.length; i++, values += 4) {
                out.putInt(values, offsets ? data + i * (pixels / list.length) : (int) list[i]);
            }
        }
        out.putInt(0);
        for (int i = data; i < out.capacity(); i++) {
            out.put(i, (byte) (i * 7));
        }
        return out.array();
    }
}
