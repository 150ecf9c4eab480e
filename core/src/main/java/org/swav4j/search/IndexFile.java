package org.swav4j.search;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.swav4j.data.DataException;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * An index as one file, little-endian:
 *
 * <pre>
 * offset        bytes
 * 0             8      "swavidx" 0
 * 8             4      version of this format: 1
 * 12            4      length J of the record
 * 16            8      length T of the texts
 * 24            8      length G of the graph
 * 32            J      {@link IndexRecord} as JSON, with N vectors of D numbers
 * 32+J          4·N·D  the vectors, float32, of unit length
 *               T      per image its name and its label: a length (-1 for no label), then UTF-8
 *               G      {@link NeighbourGraph}
 *               4      CRC-32C of everything before
 * </pre>
 */
final class IndexFile {
    private static final byte[] MAGIC = {'s', 'w', 'a', 'v', 'i', 'd', 'x', 0};
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 32;
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int MAX_RECORD = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private IndexFile() {}

    /** Whether a file begins as an index does. */
    static boolean matches(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        }
    }

    static void write(Path file, VectorSet vectors, NeighbourGraph graph, IndexRecord record) throws IOException {
        byte[] json = JSON.writeValueAsBytes(record);
        byte[] texts = texts(vectors);
        AtomicFile.write(file, channel -> {
            Checked out = new Checked(channel);
            out.write(ByteBuffer.allocate(HEAD_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(MAGIC)
                    .putInt(VERSION)
                    .putInt(json.length)
                    .putLong(texts.length)
                    .putLong(graph.encodedBytes())
                    .flip());
            out.write(ByteBuffer.wrap(json));
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (FloatBuffer part : vectors.numbers()) {
                while (part.hasRemaining()) {
                    int count = Math.min(part.remaining(), BLOCK_BYTES / Float.BYTES);
                    block.clear();
                    block.asFloatBuffer().put(part.slice(part.position(), count));
                    part.position(part.position() + count);
                    out.write(block.limit(count * Float.BYTES));
                }
            }
            out.write(ByteBuffer.wrap(texts));
            for (int[] piece : graph.encode()) {
                for (int at = 0; at < piece.length; ) {
                    int count = Math.min(piece.length - at, BLOCK_BYTES / Integer.BYTES);
                    block.clear();
                    block.asIntBuffer().put(piece, at, count);
                    at += count;
                    out.write(block.limit(count * Integer.BYTES));
                }
            }
            out.finish();
        });
    }

    private static byte[] texts(VectorSet vectors) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int row = 0; row < vectors.size(); row++) {
            text(out, vectors.name(row));
            text(out, vectors.label(row));
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(text == null ? -1 : bytes.length)
                .array());
        out.writeBytes(bytes);
    }

    static SearchIndex read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new DataException(file + ": there is no such index; 'swav index' makes one");
        }
        if (!Files.isRegularFile(file) || !matches(file)) {
            throw new DataException(file + ": is no index; give a file that 'swav index' wrote");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(file, channel);
        } catch (FormatException | ArithmeticException e) {
            throw new DataException(file + ": is damaged (" + e.getMessage() + "); build it anew with 'swav index'", e);
        }
    }

    private static SearchIndex read(Path file, FileChannel channel) throws IOException {
        Checked in = new Checked(channel);
        ByteBuffer head = in.read(HEAD_BYTES);
        int version = head.position(MAGIC.length).getInt();
        if (version != VERSION) {
            throw new DataException(file + ": is an index of format " + version + ", and this swav reads format "
                    + VERSION + "; " + (version > VERSION ? "use a newer swav" : "build it anew with 'swav index'"));
        }
        int recordBytes = head.getInt();
        long textBytes = head.getLong();
        long graphBytes = head.getLong();
        if (recordBytes < 2 || recordBytes > MAX_RECORD) {
            throw new FormatException("a record of " + recordBytes + " bytes");
        }
        byte[] json = in.read(recordBytes).array();
        IndexRecord record;
        try {
            record = JSON.readValue(json, IndexRecord.class);
        } catch (JacksonException e) {
            throw new FormatException("its record cannot be read", e);
        }
        requireLength(channel.size(), record, HEAD_BYTES + recordBytes, textBytes, graphBytes);
        VectorSet vectors = new VectorSet(file, record.vectors(), record.dimensions(), Map.of(), List.of());
        try {
            for (FloatBuffer part : vectors.numbers()) {
                while (part.hasRemaining()) {
                    int count = Math.min(part.remaining(), BLOCK_BYTES / Float.BYTES);
                    part.put(in.block(count * Float.BYTES).asFloatBuffer());
                }
            }
            ByteBuffer texts = in.read((int) textBytes);
            ByteBuffer graph = in.read((int) graphBytes);
            in.requireChecksum();
            for (int row = 0; row < record.vectors(); row++) {
                String name = text(texts);
                if (name == null) {
                    throw new FormatException("image " + row + " has no name");
                }
                vectors.add(name, text(texts));
            }
            record.made();
            return new SearchIndex(vectors, NeighbourGraph.decode(graph, record.vectors()), record);
        } catch (Throwable e) {
            vectors.close();
            throw e;
        }
    }

    /** Before memory is taken for what the head claims. */
    private static void requireLength(long size, IndexRecord record, long before, long texts, long graph)
            throws FormatException {
        if (record == null || record.vectors() < 1 || record.dimensions() < 1 || record.graph() == null) {
            throw new FormatException("its record says nothing of vectors");
        }
        long most = Integer.MAX_VALUE - 64;
        if (texts < 0 || texts > most || graph < 0 || graph > most) {
            throw new FormatException("texts of " + texts + " and a graph of " + graph + " bytes");
        }
        long numbers = Math.multiplyExact((long) record.vectors(), record.dimensions());
        long expected = Math.addExact(before + texts + graph + Integer.BYTES, Math.multiplyExact(numbers, Float.BYTES));
        if (size != expected) {
            throw new FormatException("it has " + size + " bytes and should have " + expected);
        }
    }

    private static String text(ByteBuffer from) throws FormatException {
        int length = from.remaining() < Integer.BYTES ? -2 : from.getInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > from.remaining()) {
            throw new FormatException("its texts end too early");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A file whose checksum is kept while it is written or read from the front. */
    private static final class Checked {
        private final FileChannel channel;
        private final CRC32C sum = new CRC32C();
        private final ByteBuffer block;

        Checked(FileChannel channel) throws IOException {
            this.channel = channel;
            block = ByteBuffer.allocateDirect((int) Math.min(BLOCK_BYTES, channel.size()))
                    .order(ByteOrder.LITTLE_ENDIAN);
        }

        void write(ByteBuffer bytes) throws IOException {
            sum.update(bytes.duplicate());
            AtomicFile.writeFully(channel, bytes);
        }

        void finish() throws IOException {
            AtomicFile.writeFully(
                    channel,
                    ByteBuffer.allocate(Integer.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt((int) sum.getValue())
                            .flip());
        }

        /** At most {@link #BLOCK_BYTES}, valid until the next call. */
        ByteBuffer block(int length) throws IOException {
            return fill(block.clear().limit(length));
        }

        ByteBuffer read(int length) throws IOException {
            if (length > channel.size() - channel.position()) {
                throw new FormatException("it ends too early");
            }
            return fill(ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN));
        }

        private ByteBuffer fill(ByteBuffer bytes) throws IOException {
            readFully(bytes);
            sum.update(bytes.duplicate());
            return bytes;
        }

        void requireChecksum() throws IOException {
            ByteBuffer stored = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            readFully(stored);
            if (stored.getInt() != (int) sum.getValue()) {
                throw new FormatException("its checksum does not fit");
            }
        }

        private void readFully(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new FormatException("it ends too early");
                }
            }
            bytes.flip();
        }
    }
}
