package org.swav4j.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.swav4j.format.ParquetSchema.Leaf;

/**
 * Reads a Parquet file of texts and vectors: those that {@link ParquetTable} writes, and others with the same columns whose
 * pages are plain, of version 1 and not compressed. Reads row group by row group; holds the texts of one and a page of its
 * vectors.
 */
public final class ParquetVectors implements AutoCloseable {
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final int TAIL = Integer.BYTES + 4;
    private static final int MAX_FOOTER = 1 << 28;

    private static final int BYTE_ARRAY = 6;
    private static final int FLOAT = 4;
    private static final int FIXED_LEN_BYTE_ARRAY = 7;

    private final Path file;
    private final FileChannel channel;
    private final List<Leaf> leaves;
    private final List<?> groups;
    private final long rows;
    private final Map<String, String> about = new LinkedHashMap<>();
    private final int vectorColumn;

    /** Receives rows in the file's order. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * A row.
         *
         * @param texts of the columns that were asked for; null where there is none
         * @param vector filled anew for the next row
         * @param length how many of its numbers are the row's
         */
        void row(String[] texts, float[] vector, int length) throws IOException;
    }

    private ParquetVectors(Path file, FileChannel channel, String vectors) throws IOException {
        this.file = file;
        this.channel = channel;
        Map<?, ?> meta = footer();
        leaves = ParquetSchema.of(ParquetFields.list(meta, 2)).leaves();
        groups = ParquetFields.list(meta, 4);
        rows = ParquetFields.number(meta, 3, 0);
        long inGroups = 0;
        for (Object group : groups) {
            inGroups = Math.addExact(inGroups, ParquetFields.number(ParquetFields.struct(group), 3, 0));
        }
        if (rows != inGroups) {
            throw new FormatException("says it has " + rows + " rows, and its row groups have " + inGroups);
        }
        vectorColumn = column(vectors)
                .orElseThrow(() -> new FormatException("has no column '" + vectors + "', but "
                        + leaves.stream()
                                .map(l -> FormatException.quote(l.name()))
                                .toList()));
        Leaf leaf = leaves.get(vectorColumn);
        boolean floats = leaf.type() == FLOAT || (leaf.type() == FIXED_LEN_BYTE_ARRAY && leaf.typeLength() == 2);
        if (!floats || leaf.repetition() != 1 || leaf.definition() < 1 || leaf.definition() > 3) {
            throw new FormatException("column '" + vectors + "' must hold lists of floats or halves");
        }
        if (meta.get(5) instanceof List<?> entries) {
            for (Object entry : entries) {
                Map<?, ?> pair = ParquetFields.struct(entry);
                if (pair.get(2) != null) {
                    about.put(text(ParquetFields.bytes(pair, 1)), text(ParquetFields.bytes(pair, 2)));
                }
            }
        }
    }

    /** Whether bytes begin as a Parquet file does. */
    public static boolean matches(byte[] start) {
        return start.length >= MAGIC.length && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /**
     * Opens a file.
     *
     * @param vectors name of the column with the vectors
     * @throws FormatException if it is damaged, or not such a file
     */
    public static ParquetVectors open(Path file, String vectors) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new ParquetVectors(file, channel, vectors);
        } catch (FormatException | ArithmeticException e) {
            channel.close();
            throw new FormatException(file, e.getMessage(), e);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /** How many rows it says it has. */
    public long rows() {
        return rows;
    }

    /** Whether there is such a column of text. */
    public boolean hasText(String name) {
        return column(name).filter(c -> isText(leaves.get(c))).isPresent();
    }

    /** The entries that {@link ParquetTable#foot} wrote, by name. */
    public Map<String, String> about() {
        return new LinkedHashMap<>(about);
    }

    /**
     * Reads all rows.
     *
     * @param texts columns of text to read beside the vectors
     * @throws FormatException where it is damaged
     */
    public void read(List<String> texts, Visitor visitor) throws IOException {
        try {
            for (Object group : groups) {
                group(ParquetFields.struct(group), texts, visitor);
            }
        } catch (FormatException e) {
            throw e.getMessage().startsWith(file + ": ") ? e : new FormatException(file, e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new FormatException(file, "holds a size that is too large", e);
        }
    }

    private Optional<Integer> column(String name) {
        for (int i = 0; i < leaves.size(); i++) {
            if (leaves.get(i).name().equals(name)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private static boolean isText(Leaf leaf) {
        return leaf.type() == BYTE_ARRAY && leaf.repetition() == 0 && leaf.definition() <= 1;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Map<?, ?> footer() throws IOException {
        long size = channel.size();
        if (size < MAGIC.length + TAIL) {
            throw new FormatException("ends too early for a Parquet file");
        }
        ByteBuffer tail = bytes(size - TAIL, TAIL);
        int length = tail.getInt();
        byte[] magic = new byte[MAGIC.length];
        tail.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new FormatException("does not end as a Parquet file does; it was cut off, or is not complete");
        }
        if (length < 1 || length > Math.min(MAX_FOOTER, size - TAIL - MAGIC.length)) {
            throw new FormatException("a footer of " + length + " bytes in a file of " + size);
        }
        byte[] footer = bytes(size - TAIL - length, length).array();
        return new ThriftReader(footer, length).struct();
    }

    private void group(Map<?, ?> group, List<String> texts, Visitor visitor) throws IOException {
        List<?> columns = ParquetFields.list(group, 1);
        if (columns.size() != leaves.size()) {
            throw new FormatException(
                    "a row group of " + columns.size() + " columns, where the schema has " + leaves.size());
        }
        int count = Math.toIntExact(ParquetFields.number(group, 3, 0));
        // every row takes some bytes; what is allocated for it is so bounded by the file
        if (count < 0 || count > channel.size()) {
            throw new FormatException("a row group of " + count + " rows in a file of " + channel.size() + " bytes");
        }
        List<String[]> values = new ArrayList<>();
        for (String name : texts) {
            int column = column(name).orElseThrow(() -> new FormatException("has no column '" + name + "'"));
            values.add(texts(pages(columns, column), leaves.get(column), count));
        }
        Leaf leaf = leaves.get(vectorColumn);
        Rows made = new Rows(values, count, visitor);
        ParquetPages pages = pages(columns, vectorColumn);
        for (ParquetPages.Page page = pages.next(); page != null; page = pages.next()) {
            ByteBuffer data = page.bytes();
            int width = leaf.type() == FLOAT ? Float.BYTES : Short.BYTES;
            requireValues(data, page.values(), width);
            byte[] repetitions = ParquetLevels.read(data, leaf.repetition(), page.values());
            byte[] definitions = ParquetLevels.read(data, leaf.definition(), page.values());
            requireValues(data, page.values(), width);
            for (int i = 0; i < page.values(); i++) {
                if (definitions[i] < leaf.definition()) {
                    throw new FormatException("row " + made.done() + " has no vector, or one with gaps");
                }
                float value = width == Float.BYTES ? data.getFloat() : HalfFloat.toFloat(data.getShort());
                made.add(value, repetitions[i] == 0);
            }
        }
        made.finish();
    }

    private static void requireValues(ByteBuffer data, int values, int width) throws FormatException {
        if (data.remaining() < (long) width * values) {
            throw new FormatException("a page ends before its values do, or vectors have gaps");
        }
    }

    private ParquetPages pages(List<?> columns, int column) throws FormatException {
        Map<?, ?> chunk = ParquetFields.struct(ParquetFields.struct(columns.get(column)), 3);
        return new ParquetPages(chunk, leaves.get(column), this::bytes);
    }

    private String[] texts(ParquetPages pages, Leaf leaf, int rowCount) throws IOException {
        if (!isText(leaf)) {
            throw new FormatException("column '" + leaf.name() + "' must hold texts");
        }
        List<String> texts = new ArrayList<>();
        for (ParquetPages.Page page = pages.next(); page != null; page = pages.next()) {
            ByteBuffer data = page.bytes();
            if (page.values() > rowCount - texts.size()) {
                throw new FormatException("column '" + leaf.name() + "' has more values than there are rows");
            }
            byte[] there = leaf.definition() > 0 ? ParquetLevels.read(data, 1, page.values()) : null;
            for (int i = 0; i < page.values(); i++) {
                texts.add(there == null || there[i] == 1 ? text(data) : null);
            }
        }
        if (texts.size() != rowCount) {
            throw new FormatException(
                    "column '" + leaf.name() + "' has " + texts.size() + " values for " + rowCount + " rows");
        }
        return texts.toArray(String[]::new);
    }

    private static String text(ByteBuffer data) throws FormatException {
        int length = data.remaining() < Integer.BYTES ? -1 : data.getInt();
        if (length < 0 || length > data.remaining()) {
            throw new FormatException("a text reaches beyond its page");
        }
        byte[] text = new byte[length];
        data.get(text);
        return text(text);
    }

    /** Bytes of the file, little-endian. */
    private ByteBuffer bytes(long offset, int length) throws IOException {
        if (offset < 0 || length < 0 || offset > channel.size() - length) {
            throw new FormatException("ends before byte " + (offset + length) + ", which its metadata speaks of");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new FormatException("was shortened while being read");
            }
        }
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Puts a row group's rows together. */
    private static final class Rows {
        private final List<String[]> texts;
        private final int count;
        private final Visitor visitor;
        private float[] vector = new float[256];
        private int length;
        private int row = -1;

        Rows(List<String[]> texts, int count, Visitor visitor) {
            this.texts = texts;
            this.count = count;
            this.visitor = visitor;
        }

        int done() {
            return row + 1;
        }

        void add(float value, boolean begins) throws IOException {
            if (begins) {
                give();
                row++;
                length = 0;
            } else if (row < 0) {
                throw new FormatException("a column of vectors begins within one");
            }
            if (length == vector.length) {
                vector = Arrays.copyOf(vector, 2 * length);
            }
            vector[length++] = value;
        }

        void finish() throws IOException {
            give();
            if (row + 1 != count) {
                throw new FormatException((row + 1) + " vectors in a row group of " + count + " rows");
            }
        }

        private void give() throws IOException {
            if (row >= count) {
                throw new FormatException("more vectors in a row group than its " + count + " rows");
            }
            if (row >= 0) {
                int at = row;
                visitor.row(texts.stream().map(t -> t[at]).toArray(String[]::new), vector, length);
            }
        }
    }
}
