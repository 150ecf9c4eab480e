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
import org.swav4j.format.ParquetTable.Chunk;
import org.swav4j.format.ParquetTable.RowGroup;

/**
 * A Parquet file of single values: texts, whole numbers, numbers. Laid out as {@link ParquetTable} says, a page for each column of
 * a row group.
 *
 * @param columns in the file's order
 */
public record FlatParquet(List<Column> columns) {
    /** What a column holds, with Parquet's number of its physical type. */
    public enum Type {
        /** Strings, in UTF-8. */
        TEXT(6),
        /** Integers, 32 bits. */
        INT(1),
        /** Floats, 32 bits. */
        FLOAT(4);

        private final int physical;

        Type(int physical) {
            this.physical = physical;
        }
    }

    /**
     * A column.
     *
     * @param optional whether values may be lacking, which are null then
     */
    public record Column(String name, Type type, boolean optional) {}

    public FlatParquet {
        columns = List.copyOf(columns);
    }

    /** What a file begins with. */
    public static byte[] head() {
        return ParquetTable.head();
    }

    /**
     * Writes rows.
     *
     * @param offset where the channel stands in the file
     * @param values per column one value a row: String, Integer or Float as the column has it; at least one row
     */
    public RowGroup append(WritableByteChannel channel, long offset, List<List<?>> values) throws IOException {
        int rows = values.get(0).size();
        List<Chunk> chunks = new ArrayList<>();
        long at = offset;
        for (int c = 0; c < columns.size(); c++) {
            byte[] page = page(columns.get(c), values.get(c));
            long bytes = ParquetTable.page(channel, rows, page.length, ByteBuffer.wrap(page), ByteBuffer.allocate(0));
            chunks.add(new Chunk(at, bytes, rows));
            at += bytes;
        }
        return new RowGroup(rows, chunks);
    }

    private static byte[] page(Column column, List<?> values) {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        if (column.optional()) {
            ParquetTable.definitions(page, values);
        }
        for (Object value : values) {
            if (value instanceof String text) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                page.writeBytes(littleEndian(bytes.length));
                page.writeBytes(bytes);
            } else if (value instanceof Integer number) {
                page.writeBytes(littleEndian(number));
            } else if (value instanceof Float number) {
                page.writeBytes(littleEndian(Float.floatToRawIntBits(number)));
            } else if (value != null || !column.optional()) {
                throw new IllegalArgumentException("column " + column.name() + " cannot hold " + value);
            }
        }
        return page.toByteArray();
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
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
        meta.list(2, ThriftCompact.STRUCT, columns.size() + 1);
        meta.element().text(4, "schema").i32(5, columns.size()).end();
        for (Column column : columns) {
            meta.element().i32(1, column.type().physical);
            meta.i32(3, column.optional() ? ParquetTable.OPTIONAL : ParquetTable.REQUIRED);
            meta.text(4, column.name());
            if (column.type() == Type.TEXT) {
                ParquetTable.isText(meta);
            }
            meta.end();
        }
        meta.i64(3, groups.stream().mapToLong(RowGroup::rows).sum());
        meta.list(4, ThriftCompact.STRUCT, groups.size());
        groups.forEach(group -> rowGroup(meta, group));
        return ParquetTable.end(meta, about, writer);
    }

    private void rowGroup(ThriftCompact meta, RowGroup group) {
        meta.element().list(1, ThriftCompact.STRUCT, columns.size());
        long total = 0;
        for (int c = 0; c < columns.size(); c++) {
            Chunk chunk = group.columns().get(c);
            total += chunk.bytes();
            ParquetTable.chunk(
                    meta,
                    chunk,
                    columns.get(c).type().physical,
                    List.of(columns.get(c).name()));
        }
        meta.i64(2, total).i64(3, group.rows()).end();
    }
}
