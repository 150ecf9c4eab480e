package org.swav4j.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** The pages of a column's part in a row group, one after the other. */
final class ParquetPages {
    private static final int MAX_HEADER = 1 << 16;
    private static final int DATA_PAGE = 0;
    private static final int PLAIN = 0;
    private static final int RLE = 3;
    private static final List<String> CODECS =
            List.of("UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW");

    private final ParquetSchema.Leaf leaf;
    private final String column;
    private final Bytes source;
    private final long end;
    private final long valueCount;
    private long at;
    private long read;

    /** Bytes of the file, little-endian; throws {@link FormatException} if it has none there. */
    @FunctionalInterface
    interface Bytes {
        ByteBuffer at(long offset, int length) throws IOException;
    }

    /**
     * A page.
     *
     * @param values how many, those that are lacking too
     * @param bytes levels and values, little-endian
     */
    record Page(int values, ByteBuffer bytes) {}

    /** @param chunk Parquet's {@code ColumnMetaData} */
    ParquetPages(Map<?, ?> chunk, ParquetSchema.Leaf leaf, Bytes source) throws FormatException {
        this.leaf = leaf;
        this.column = leaf.name();
        this.source = source;
        long codec = ParquetFields.number(chunk, 4, 0);
        if (codec != 0) {
            String name = codec > 0 && codec < CODECS.size() ? CODECS.get((int) codec) : "codec " + codec;
            throw notPlain("is compressed by " + name);
        }
        at = ParquetFields.number(chunk, 9, -1);
        if (chunk.get(11) != null && ParquetFields.number(chunk, 11, 0) > 0) {
            throw notPlain("has a dictionary");
        }
        end = Math.addExact(at, ParquetFields.number(chunk, 7, 0));
        valueCount = ParquetFields.number(chunk, 5, 0);
    }

    private FormatException notPlain(String what) {
        return new FormatException("column '" + column + "' " + what
                + ", which is not read here; write it plain, without dictionary and compression, as 'swav embed' does");
    }

    /** The next page; null behind the last. */
    Page next() throws IOException {
        if (read >= valueCount) {
            return null;
        }
        int window = (int) Math.min(MAX_HEADER, end - at);
        if (window <= 0) {
            throw new FormatException("column '" + column + "' has " + read + " values instead of " + valueCount);
        }
        ThriftReader reader = new ThriftReader(source.at(at, window).array(), window);
        Map<?, ?> header = reader.struct();
        at += reader.position();
        if (ParquetFields.number(header, 1, -1) != DATA_PAGE) {
            throw notPlain("has pages that are not plain pages of version 1");
        }
        Map<?, ?> data = ParquetFields.struct(header, 5);
        if (ParquetFields.number(data, 2, -1) != PLAIN) {
            throw notPlain("is not encoded plainly");
        }
        // where there are no levels, some writers name an encoding for them that nothing is in
        boolean outdated = (leaf.definition() > 0 && ParquetFields.number(data, 3, RLE) != RLE)
                || (leaf.repetition() > 0 && ParquetFields.number(data, 4, RLE) != RLE);
        if (outdated) {
            throw notPlain("has levels in an outdated encoding");
        }
        int bytes = Math.toIntExact(ParquetFields.number(header, 3, -1));
        int values = Math.toIntExact(ParquetFields.number(data, 1, -1));
        // a value that is not there takes part of a run of levels: bounded by what the column says it has
        if (bytes < 0 || bytes > end - at || values < 1 || values > valueCount - read) {
            throw new FormatException("column '" + column + "' has a page of " + values + " values in " + bytes
                    + " bytes, which it has no room for");
        }
        ByteBuffer content = source.at(at, bytes);
        at += bytes;
        read += values;
        return new Page(values, content);
    }
}
