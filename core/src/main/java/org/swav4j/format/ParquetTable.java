package org.swav4j.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Parquet file of texts and vectors, as every Parquet reader reads it: row groups one after the other, and a footer that
 * says where they are. Pages are plain and not compressed, which floats hardly would be. Row groups can be appended by
 * different processes, since they are found by their {@link RowGroup} alone.
 *
 * <pre>
 * "PAR1"
 * row group ...     per column its pages: a page header (Thrift, compact), repetition and definition levels, values
 * footer            FileMetaData (Thrift, compact)
 * footer's length   4 bytes, little-endian
 * "PAR1"
 * </pre>
 *
 * Source: the Apache Parquet format, version 2, data pages of version 1.
 *
 * @param texts columns of text, first in the file; those that end with {@code ?} may lack values and are written without it
 * @param vectors name of the column of vectors, a list of floats in each row
 * @param dtype of the vectors' elements, {@link DType#F32} or {@link DType#F16}
 * @param dimensions of every vector, at least 1
 */
public record ParquetTable(List<String> texts, String vectors, DType dtype, int dimensions) {
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final int PAGE_BYTES = 1 << 20;

    private static final int BYTE_ARRAY = 6;
    private static final int FLOAT = 4;
    private static final int FIXED_LEN_BYTE_ARRAY = 7;

    static final int REQUIRED = 0;
    static final int OPTIONAL = 1;
    private static final int REPEATED = 2;

    private static final int PLAIN = 0;
    private static final int RLE = 3;

    private static final int CONVERTED_UTF8 = 0;
    private static final int CONVERTED_LIST = 3;
    private static final int LOGICAL_STRING = 1;
    private static final int LOGICAL_LIST = 3;
    private static final int LOGICAL_FLOAT16 = 15;

    /**
     * Where some rows lie.
     *
     * @param rows how many, at least 1
     * @param columns in the table's order
     */
    public record RowGroup(long rows, List<Chunk> columns) {
        public RowGroup {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A column of a row group.
     *
     * @param offset in the file
     * @param bytes of its pages with their headers
     * @param values how many, those that are lacking too
     */
    public record Chunk(long offset, long bytes, long values) {}

    public ParquetTable {
        texts = List.copyOf(texts);
        if (dtype != DType.F32 && dtype != DType.F16) {
            throw new IllegalArgumentException("vectors must be F32 or F16, not " + dtype);
        }
        if (dimensions < 1) {
            throw new IllegalArgumentException("vectors must have at least 1 dimension, not " + dimensions);
        }
    }

    /** What a file begins with. */
    public static byte[] head() {
        return MAGIC.clone();
    }

    /**
     * Writes rows.
     *
     * @param offset where the channel stands in the file
     * @param columns per text column one value a row, null where it is lacking
     * @param values of the vectors, row after row, in the table's type, little-endian; its position stays
     */
    public RowGroup append(WritableByteChannel channel, long offset, List<List<String>> columns, ByteBuffer values)
            throws IOException {
        int rows = columns.get(0).size();
        List<Chunk> chunks = new ArrayList<>();
        long at = offset;
        for (int c = 0; c < texts.size(); c++) {
            byte[] page = textPage(columns.get(c), optional(c));
            long bytes = page(channel, rows, page.length, ByteBuffer.wrap(page), ByteBuffer.allocate(0));
            chunks.add(new Chunk(at, bytes, rows));
            at += bytes;
        }
        int rowBytes = dimensions * dtype.bytes();
        int pageRows = Math.max(1, PAGE_BYTES / rowBytes);
        long bytes = 0;
        for (int row = 0; row < rows; row += pageRows) {
            int count = Math.min(pageRows, rows - row);
            byte[] levels = vectorLevels(count);
            ByteBuffer part = values.duplicate()
                    .position(values.position() + row * rowBytes)
                    .limit(values.position() + (row + count) * rowBytes);
            bytes += page(channel, count * dimensions, levels.length + part.remaining(), ByteBuffer.wrap(levels), part);
        }
        chunks.add(new Chunk(at, bytes, (long) rows * dimensions));
        return new RowGroup(rows, chunks);
    }

    private boolean optional(int column) {
        return texts.get(column).endsWith("?");
    }

    private static byte[] textPage(List<String> values, boolean optional) {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        if (optional) {
            definitions(page, values);
        }
        for (String value : values) {
            if (value != null) {
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                page.writeBytes(littleEndian(bytes.length));
                page.writeBytes(bytes);
            }
        }
        return page.toByteArray();
    }

    /** Says of an optional column which values are there. */
    static void definitions(ByteArrayOutputStream page, List<?> values) {
        ByteArrayOutputStream runs = new ByteArrayOutputStream();
        for (int i = 0; i < values.size(); ) {
            int end = i + 1;
            while (end < values.size() && (values.get(end) == null) == (values.get(i) == null)) {
                end++;
            }
            run(runs, end - i, values.get(i) == null ? 0 : 1);
            i = end;
        }
        levels(page, runs);
    }

    /** A row's first element begins a list (repetition 0), the others go on with it (1); every element is there. */
    private byte[] vectorLevels(int rows) {
        ByteArrayOutputStream repetitions = new ByteArrayOutputStream();
        for (int row = 0; row < rows; row++) {
            run(repetitions, 1, 0);
            if (dimensions > 1) {
                run(repetitions, dimensions - 1, 1);
            }
        }
        ByteArrayOutputStream definitions = new ByteArrayOutputStream();
        run(definitions, rows * dimensions, 1);
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        levels(page, repetitions);
        levels(page, definitions);
        return page.toByteArray();
    }

    /** The run-length half of Parquet's hybrid encoding, for levels of one bit. */
    private static void run(ByteArrayOutputStream out, int length, int level) {
        ThriftCompact.writeVarint(out, (long) length << 1);
        out.write(level);
    }

    private static void levels(ByteArrayOutputStream page, ByteArrayOutputStream runs) {
        page.writeBytes(littleEndian(runs.size()));
        page.writeBytes(runs.toByteArray());
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /** Writes a page of so many values in two pieces; returns its length with the header. */
    static long page(WritableByteChannel channel, int values, int bytes, ByteBuffer first, ByteBuffer second)
            throws IOException {
        byte[] header = new ThriftCompact()
                .i32(1, 0)
                .i32(2, bytes)
                .i32(3, bytes)
                .struct(5)
                .i32(1, values)
                .i32(2, PLAIN)
                .i32(3, RLE)
                .i32(4, RLE)
                .end()
                .end()
                .bytes();
        AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
        AtomicFile.writeFully(channel, first);
        AtomicFile.writeFully(channel, second);
        return header.length + (long) bytes;
    }

    /**
     * What a file ends with.
     *
     * @param groups every row group, in the file's order
     * @param about entries for people and programs, by name
     * @param writer the program that wrote the file
     */
    public byte[] foot(List<RowGroup> groups, Map<String, String> about, String writer) {
        ThriftCompact meta = new ThriftCompact().i32(1, 2);
        schema(meta);
        meta.i64(3, groups.stream().mapToLong(RowGroup::rows).sum());
        meta.list(4, ThriftCompact.STRUCT, groups.size());
        groups.forEach(group -> rowGroup(meta, group));
        return end(meta, about, writer);
    }

    /** The footer's last fields, and what follows it. */
    static byte[] end(ThriftCompact meta, Map<String, String> about, String writer) {
        meta.list(5, ThriftCompact.STRUCT, about.size());
        about.forEach((key, value) -> meta.element().text(1, key).text(2, value).end());
        byte[] bytes = meta.text(6, writer).end().bytes();
        return ByteBuffer.allocate(bytes.length + Integer.BYTES + MAGIC.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes)
                .putInt(bytes.length)
                .put(MAGIC)
                .array();
    }

    private void schema(ThriftCompact meta) {
        meta.list(2, ThriftCompact.STRUCT, texts.size() + 4);
        meta.element().text(4, "schema").i32(5, texts.size() + 1).end();
        for (int c = 0; c < texts.size(); c++) {
            meta.element().i32(1, BYTE_ARRAY).i32(3, optional(c) ? OPTIONAL : REQUIRED);
            meta.text(4, name(c));
            isText(meta);
            meta.end();
        }
        meta.element().i32(3, REQUIRED).text(4, vectors).i32(5, 1).i32(6, CONVERTED_LIST);
        meta.struct(10).empty(LOGICAL_LIST).end().end();
        meta.element().i32(3, REPEATED).text(4, "list").i32(5, 1).end();
        if (dtype == DType.F32) {
            meta.element().i32(1, FLOAT).i32(3, REQUIRED).text(4, "element").end();
        } else {
            meta.element().i32(1, FIXED_LEN_BYTE_ARRAY).i32(2, dtype.bytes()).i32(3, REQUIRED);
            meta.text(4, "element").struct(10).empty(LOGICAL_FLOAT16).end().end();
        }
    }

    /** A column's fields that say its bytes are text. */
    static void isText(ThriftCompact meta) {
        meta.i32(6, CONVERTED_UTF8);
        meta.struct(10).empty(LOGICAL_STRING).end();
    }

    private String name(int column) {
        return texts.get(column).replaceFirst("\\?$", "");
    }

    private void rowGroup(ThriftCompact meta, RowGroup group) {
        meta.element().list(1, ThriftCompact.STRUCT, group.columns().size());
        long total = 0;
        for (int c = 0; c < group.columns().size(); c++) {
            Chunk chunk = group.columns().get(c);
            total += chunk.bytes();
            boolean text = c < texts.size();
            int type = text ? BYTE_ARRAY : dtype == DType.F32 ? FLOAT : FIXED_LEN_BYTE_ARRAY;
            List<String> path = text ? List.of(name(c)) : List.of(vectors, "list", "element");
            chunk(meta, chunk, type, path);
        }
        meta.i64(2, total).i64(3, group.rows()).end();
    }

    /** What the footer says of a column's part in a row group. */
    static void chunk(ThriftCompact meta, Chunk chunk, int type, List<String> path) {
        meta.element().i64(2, chunk.offset()).struct(3).i32(1, type);
        meta.list(2, ThriftCompact.I32, 2).element(PLAIN).element(RLE);
        meta.list(3, ThriftCompact.BINARY, path.size());
        path.forEach(meta::element);
        meta.i32(4, 0).i64(5, chunk.values()).i64(6, chunk.bytes()).i64(7, chunk.bytes());
        meta.i64(9, chunk.offset()).end().end();
    }
}
