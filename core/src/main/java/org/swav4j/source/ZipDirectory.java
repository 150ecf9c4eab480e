package org.swav4j.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.swav4j.data.DataException;

/**
 * The table of contents at the end of a zip archive (APPNOTE 6.3, §4.3), with Zip64. Nothing it claims is believed: every
 * length is held against the archive's. Names are UTF-8 where their bytes are, otherwise code page 437, whatever the
 * archive says they are: flags are often missing, and text in 437 is hardly ever valid UTF-8.
 */
final class ZipDirectory implements Iterable<ZipDirectory.Entry> {
    private static final int ENTRY = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;

    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int ENTRY_BYTES = 46;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int ZIP64_EXTRA = 1;
    private static final int SATURATED_16 = 0xFFFF;
    private static final long SATURATED_32 = 0xFFFFFFFFL;

    private static final Charset CODE_PAGE_437 =
            Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;

    private final Path archive;
    private final ByteBuffer table;
    private final long start;
    private final long shift;

    /** {@code shift} is how far entries lie behind where they say, because something was put before the archive. */
    private ZipDirectory(Path archive, ByteBuffer table, long start, long shift) {
        this.archive = archive;
        this.table = table;
        this.start = start;
        this.shift = shift;
    }

    /**
     * One entry as the table describes it.
     *
     * @param name as it stands there: it may be absolute, contain {@code ..}, or end with a slash
     * @param method 0: stored, 8: deflated
     * @param compressed bytes in the archive
     * @param size bytes unpacked
     * @param crc CRC-32 of the content
     * @param offset of the local header, from the archive's first byte
     */
    record Entry(
            String name,
            boolean encrypted,
            boolean link,
            int method,
            long compressed,
            long size,
            int crc,
            long offset) {}

    /**
     * Reads the table.
     *
     * @throws DataException if there is none or it cannot be right
     */
    static ZipDirectory read(Path archive) {
        try (SeekableByteChannel channel = Files.newByteChannel(archive)) {
            return read(archive, channel);
        } catch (IOException e) {
            throw new DataException(archive + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Where the table begins, and so entries end. */
    long start() {
        return start;
    }

    /** In the table's order. Damage throws a {@link DataException} where it is met. */
    @Override
    public Iterator<Entry> iterator() {
        return new Entries();
    }

    private static ZipDirectory read(Path archive, SeekableByteChannel channel) throws IOException {
        long length = channel.size();
        int tailBytes = (int) Math.min(length, END_BYTES + MAX_COMMENT + LOCATOR_64_BYTES);
        ByteBuffer tail = bytes(channel, length - tailBytes, tailBytes);
        int at = end(tail);
        if (at < 0) {
            throw new DataException(archive + ": has no end of a zip archive: truncated, or no zip; copy it again");
        }
        long end = length - tailBytes + at;
        boolean severalDisks = u16(tail, at + 4) != u16(tail, at + 6);
        long entries = u16(tail, at + 10);
        long tableBytes = u32(tail, at + 12);
        long declaredStart = u32(tail, at + 16);
        boolean saturated = entries == SATURATED_16 || tableBytes == SATURATED_32 || declaredStart == SATURATED_32;
        int locator = at - LOCATOR_64_BYTES;
        if (saturated && locator >= 0 && tail.getInt(locator) == LOCATOR_64) {
            long locatorAt = end - LOCATOR_64_BYTES;
            ByteBuffer end64 = bytes(channel, tail.getLong(locator + 8), END_64_BYTES);
            end = tail.getLong(locator + 8);
            if (!isEnd64(end64)) {
                // something was put before the archive
                end = locatorAt - END_64_BYTES;
                end64 = bytes(channel, end, END_64_BYTES);
            }
            if (!isEnd64(end64)) {
                throw damaged(archive, "its Zip64 end is missing");
            }
            severalDisks = end64.getInt(16) != end64.getInt(20);
            tableBytes = end64.getLong(40);
            declaredStart = end64.getLong(48);
        }
        if (severalDisks) {
            throw new DataException(archive + ": is one part of an archive in several; join them first");
        }
        if (tableBytes < 0 || tableBytes > end || declaredStart < 0 || declaredStart > end - tableBytes) {
            throw damaged(
                    archive,
                    String.format(Locale.ROOT, "%,d bytes of it are said to lie at %,d", tableBytes, declaredStart));
        }
        if (tableBytes > Integer.MAX_VALUE - 64) {
            throw new DataException(archive + ": its table of contents takes 2 GiB or more; split the archive");
        }
        long start = declaredStart;
        if (!isEntry(bytes(channel, start, 4))) {
            start = end - tableBytes;
        }
        ByteBuffer table = bytes(channel, start, (int) tableBytes);
        if (table.limit() < tableBytes) {
            throw damaged(archive, "it ends early");
        }
        return new ZipDirectory(archive, table, start, start - declaredStart);
    }

    /** Where the end record begins; -1 without one. A record whose comment ends with the archive is preferred. */
    private static int end(ByteBuffer tail) {
        int found = -1;
        for (int at = tail.limit() - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END) {
                int after = at + END_BYTES + u16(tail, at + 20);
                if (after == tail.limit()) {
                    return at;
                }
                if (after < tail.limit() && found < 0) {
                    found = at;
                }
            }
        }
        return found;
    }

    private static boolean isEnd64(ByteBuffer record) {
        return record.limit() == END_64_BYTES && record.getInt(0) == END_64;
    }

    private static boolean isEntry(ByteBuffer record) {
        return record.limit() >= 4 && record.getInt(0) == ENTRY;
    }

    private static DataException damaged(Path archive, String how) {
        return new DataException(archive + ": its table of contents is damaged: " + how + "; copy the archive again");
    }

    /** What lies there, as far as the archive goes; nothing for a position outside. */
    private static ByteBuffer bytes(SeekableByteChannel channel, long at, int length) throws IOException {
        long there = at < 0 ? 0 : Math.max(0, Math.min(length, channel.size() - at));
        byte[] bytes = new byte[(int) there];
        int read = there == 0 ? 0 : ImageFiles.read(channel, at, bytes);
        return ByteBuffer.wrap(bytes, 0, read).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int u16(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at));
    }

    private static long u32(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at));
    }

    private final class Entries implements Iterator<Entry> {
        private int at;
        private int number;

        @Override
        public boolean hasNext() {
            // what may follow the entries is a signature of the table
            return at < table.limit() && (number == 0 || at + 4 > table.limit() || table.getInt(at) != 0x05054b50);
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            number++;
            if (at + ENTRY_BYTES > table.limit() || table.getInt(at) != ENTRY) {
                throw damaged(archive, "entry " + number + " is none");
            }
            int nameBytes = u16(table, at + 28);
            int extraBytes = u16(table, at + 30);
            int extra = at + ENTRY_BYTES + nameBytes;
            long next = (long) extra + extraBytes + u16(table, at + 32);
            if (next > table.limit()) {
                throw damaged(archive, "entry " + number + " ends behind it");
            }
            long compressed = u32(table, at + 20);
            long size = u32(table, at + 24);
            long offset = u32(table, at + 42);
            if (compressed == SATURATED_32 || size == SATURATED_32 || offset == SATURATED_32) {
                // the extra field has those that are saturated, in this order
                ByteBuffer large = zip64(extra, extraBytes);
                size = size == SATURATED_32 && large.remaining() >= 8 ? large.getLong() : size;
                compressed = compressed == SATURATED_32 && large.remaining() >= 8 ? large.getLong() : compressed;
                offset = offset == SATURATED_32 && large.remaining() >= 8 ? large.getLong() : offset;
            }
            boolean unix = table.get(at + 5) == 3;
            boolean link = unix && (table.getInt(at + 38) >>> 28) == 0xA;
            Entry entry = new Entry(
                    text(at + ENTRY_BYTES, nameBytes),
                    (u16(table, at + 8) & 1) != 0,
                    link,
                    u16(table, at + 10),
                    compressed,
                    size,
                    table.getInt(at + 16),
                    offset + shift);
            at = (int) next;
            return entry;
        }

        /** The content of the Zip64 extra field; empty without one. */
        private ByteBuffer zip64(int from, int length) {
            int field = from;
            while (field + 4 <= from + length) {
                int bytes = Math.min(u16(table, field + 2), from + length - field - 4);
                if (u16(table, field) == ZIP64_EXTRA) {
                    return table.slice(field + 4, bytes).order(ByteOrder.LITTLE_ENDIAN);
                }
                field += 4 + bytes;
            }
            return ByteBuffer.allocate(0);
        }

        private String text(int from, int length) {
            ByteBuffer bytes = table.slice(from, length);
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            } catch (CharacterCodingException e) {
                return CODE_PAGE_437.decode(bytes.rewind()).toString();
            }
        }
    }
}
