package org.swav4j.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named tensors in one file, byte compatible with Hugging Face's safetensors. All numbers are little-endian.
 *
 * <pre>
 * offset  bytes
 * 0       8      N, length of the header; unsigned, at most 100,000,000
 * 8       N      header: one JSON object in UTF-8, first byte '{', padded with spaces
 * 8+N     rest   data: the tensors' bytes, C order, back to back
 *
 * header  {"__metadata__":{"key":"text",...},              optional, values are strings
 *          "name":{"dtype":"F32","shape":[2,3],"data_offsets":[begin,end]},...}
 * </pre>
 *
 * <p>Offsets count from the start of the data; together the tensors cover it exactly: no overlap, no gap, nothing after the
 * last. The writer pads the header so that data starts at a multiple of 8 and lays wide elements before narrow ones, so
 * every tensor is aligned for its type (PyTorch's loader needs that); the header lists names in the order given. The
 * reader takes any order and alignment.
 *
 * <p>The format has no version field; what the tensors mean is versioned in the metadata by whoever writes them.
 */
public final class Safetensors {
    /** The most a header may take, in bytes; Hugging Face's limit. */
    static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = 8;
    private static final int ALIGNMENT = 8;
    private static final long WINDOW_BYTES = 1L << 30;

    private Safetensors() {}

    /**
     * Creates or replaces a file, atomically and durably.
     *
     * @param tensors name → tensor; their order becomes the order of {@link File#names()}
     * @param metadata free text for readers, e.g. {@code format → pt}; may be empty
     * @throws IllegalArgumentException when a name is {@code __metadata__} or no valid Unicode, or the header grows over 100 MB
     */
    public static void write(Path file, Map<String, TensorBytes> tensors, Map<String, String> metadata)
            throws IOException {
        AtomicFile.write(file, channel -> write(channel, tensors, metadata));
    }

    /** Writes to a channel, which stays open; otherwise as {@link #write(Path, Map, Map)}. */
    public static void write(
            WritableByteChannel channel, Map<String, TensorBytes> tensors, Map<String, String> metadata)
            throws IOException {
        List<Map.Entry<String, TensorBytes>> layout = new ArrayList<>(tensors.entrySet());
        layout.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
        Map<String, Long> begins = new HashMap<>();
        long end = 0;
        for (Map.Entry<String, TensorBytes> entry : layout) {
            begins.put(entry.getKey(), end);
            end += entry.getValue().data().remaining();
        }
        Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            long begin = begins.get(name);
            entries.put(
                    name,
                    new SafetensorsHeader.Entry(
                            tensor.dtype(),
                            tensor.shape(),
                            begin,
                            begin + tensor.data().remaining()));
        });
        byte[] json = new SafetensorsHeader(entries, metadata).toJson();
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (padded > MAX_HEADER_BYTES) {
            throw new IllegalArgumentException("the header of " + tensors.size() + " tensors takes " + padded
                    + " bytes; a safetensors file allows " + MAX_HEADER_BYTES);
        }
        ByteBuffer head = ByteBuffer.allocate(LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(padded).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        AtomicFile.writeFully(channel, head.flip());
        for (Map.Entry<String, TensorBytes> entry : layout) {
            AtomicFile.writeFully(channel, entry.getValue().data());
        }
    }

    /**
     * Reads and checks the header; tensors are mapped when they are asked for.
     *
     * @throws FormatException when the file breaks a rule of the format; everything is checked here, before any tensor is
     *     handed out
     */
    public static File read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < LENGTH_BYTES) {
                throw new FormatException(
                        file, "a safetensors file starts with 8 bytes of header length; it has " + size);
            }
            ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            while (length.hasRemaining()) {
                if (channel.read(length) < 0) {
                    throw new FormatException(file, "was shortened while being read");
                }
            }
            long headerBytes = length.getLong(0);
            if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > size - LENGTH_BYTES) {
                throw new FormatException(
                        file,
                        "header length must be 2 to " + Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES) + ", found "
                                + Long.toUnsignedString(headerBytes));
            }
            long dataStart = LENGTH_BYTES + headerBytes;
            SafetensorsHeader header =
                    SafetensorsHeader.parse(file, Channels.newInputStream(channel), headerBytes, size - dataStart);
            return new File(file, header, dataStart, size);
        }
    }

    /**
     * A safetensors file whose header has been read and checked. Holds no open file. The file must not be shortened or
     * rewritten in place while its tensors are in use; {@link #write(Path, Map, Map)} never does so.
     */
    public static final class File {
        private final Path path;
        private final SafetensorsHeader header;
        private final long dataStart;
        private final long size;
        private final Map<String, Window> windows = new HashMap<>();

        private File(Path path, SafetensorsHeader header, long dataStart, long size) {
            this.path = path;
            this.header = header;
            this.dataStart = dataStart;
            this.size = size;
            assignWindows();
        }

        /** Names of the tensors, in the header's order. */
        public List<String> names() {
            return List.copyOf(header.entries().keySet());
        }

        /** Whether there is a tensor of that name. */
        public boolean contains(String name) {
            return header.entries().containsKey(name);
        }

        /**
         * A tensor's shape, from the header.
         *
         * @throws IllegalArgumentException when there is no such tensor
         */
        public long[] shape(String name) {
            return entry(name).shape().clone();
        }

        /**
         * A tensor's element type, from the header.
         *
         * @throws IllegalArgumentException when there is no such tensor
         */
        public DType dtype(String name) {
            return entry(name).dtype();
        }

        private SafetensorsHeader.Entry entry(String name) {
            SafetensorsHeader.Entry entry = header.entries().get(name);
            if (entry == null) {
                throw new IllegalArgumentException(path + ": there is no tensor '" + name + "'");
            }
            return entry;
        }

        /** The header's metadata in its order; empty when there is none. */
        public Map<String, String> metadata() {
            return Collections.unmodifiableMap(header.metadata());
        }

        /**
         * The tensor, read-only and aligned for its type. Its memory is a map of the file, so it costs pages only when
         * touched and lives as long as the buffer is reachable; an unaligned tensor is copied.
         *
         * @throws FormatException when there is no such tensor, it is over 2 GiB, or the file has changed since {@link #read}
         */
        public TensorBytes get(String name) throws IOException {
            SafetensorsHeader.Entry entry = header.entries().get(name);
            if (entry == null) {
                throw new FormatException(path, "tensor " + FormatException.quote(name) + " is not in the file");
            }
            if (entry.bytes() > Integer.MAX_VALUE) {
                throw new FormatException(
                        path,
                        "tensor " + FormatException.quote(name) + " takes " + entry.bytes()
                                + " bytes; at most 2147483647 can be read at once");
            }
            if (entry.bytes() == 0) {
                return new TensorBytes(entry.dtype(), entry.shape(), ByteBuffer.allocateDirect(0));
            }
            Window window = windows.get(name);
            ByteBuffer bytes =
                    window.map(path, dataStart, size).slice((int) (entry.begin() - window.begin), (int) entry.bytes());
            if ((dataStart + entry.begin()) % entry.dtype().bytes() != 0) {
                bytes = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
            }
            return new TensorBytes(entry.dtype(), entry.shape(), bytes);
        }

        /** Neighbouring tensors share a map: systems allow some 65,000 maps per process, and files can hold more tensors. */
        private void assignWindows() {
            List<String> order = new ArrayList<>(header.entries().keySet());
            order.sort(
                    Comparator.comparingLong(name -> header.entries().get(name).begin()));
            Window window = null;
            for (String name : order) {
                SafetensorsHeader.Entry entry = header.entries().get(name);
                if (entry.bytes() == 0 || entry.bytes() > Integer.MAX_VALUE) {
                    continue;
                }
                if (window == null || entry.end() - window.begin > WINDOW_BYTES) {
                    window = new Window(entry.begin());
                }
                window.end = entry.end();
                windows.put(name, window);
            }
        }
    }

    /** A stretch of the data, at most 2 GiB, mapped on first use. */
    private static final class Window {
        private final long begin;
        private long end;
        private ByteBuffer mapped;

        private Window(long begin) {
            this.begin = begin;
        }

        private synchronized ByteBuffer map(Path path, long dataStart, long expectedSize) throws IOException {
            if (mapped == null) {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                    if (channel.size() != expectedSize) {
                        throw new FormatException(
                                path, "changed while in use: it had " + expectedSize + " bytes, now " + channel.size());
                    }
                    mapped = channel.map(FileChannel.MapMode.READ_ONLY, dataStart + begin, end - begin);
                }
            }
            return mapped;
        }
    }
}
