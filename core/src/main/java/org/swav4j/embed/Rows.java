package org.swav4j.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Some rows of a file, in memory until they are written together. */
final class Rows {
    /** Enough for files to be written in large pieces, few enough that little is lost when a process is killed. */
    private static final int MAX_BYTES = 32 << 20;

    private static final int MAX_ROWS = 8192;

    private final int rowBytes;
    private final int room;
    private final ByteBuffer vectors;
    private final List<String> names = new ArrayList<>();
    /** Null for an image without. */
    private final List<String> labels = new ArrayList<>();

    /** Room for vectors of {@code rowBytes} bytes, for one batch of {@code batch} at least. */
    Rows(int rowBytes, int batch) {
        this.rowBytes = rowBytes;
        this.room = Math.max(batch, Math.min(MAX_ROWS, MAX_BYTES / rowBytes));
        this.vectors = ByteBuffer.allocate(Math.multiplyExact(room, rowBytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean hasRoomFor(int count) {
        return names.size() + count <= room;
    }

    void add(String name, String label, byte[] batch, int row) {
        names.add(name);
        labels.add(label);
        vectors.put(batch, row * rowBytes, rowBytes);
    }

    void clear() {
        names.clear();
        labels.clear();
        vectors.clear();
    }

    int size() {
        return names.size();
    }

    List<String> names() {
        return names;
    }

    List<String> labels() {
        return labels;
    }

    /** The vectors, one after the other, little-endian. */
    ByteBuffer vectors() {
        return vectors.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
    }
}
