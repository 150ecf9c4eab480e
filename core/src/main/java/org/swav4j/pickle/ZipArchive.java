package org.swav4j.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.format.FormatException;

/**
 * The entries of a zip archive as {@code torch.save} writes it (APPNOTE 6.3, §4.3, with Zip64): stored, none twice, none over
 * another. Every length is held against the archive's. What differs is refused: no other program's archive is needed here.
 */
final class ZipArchive {
    private static final int LOCAL = 0x04034b50;
    private static final int ENTRY = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;

    private static final int LOCAL_BYTES = 30;
    private static final int ENTRY_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final long SATURATED = 0xFFFFFFFFL;

    private static final int MAX_ENTRIES = 100_000;
    private static final long MAX_TABLE_BYTES = 16 << 20;

    private final Path file;
    private final FileChannel channel;

    /**
     * Where an entry's content lies.
     *
     * @param begin its first byte in the file
     * @param crc CRC-32 of it
     */
    record Entry(String name, long begin, long bytes, int crc) {}

    /** What the table says of an entry, its local header not yet looked at. */
    private record Listed(String name, long header, long bytes, int crc) {}

    private ZipArchive(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Reads and checks the table of contents and every local header.
     *
     * @return by name, in the table's order
     */
    static Map<String, Entry> read(Path file, FileChannel channel) throws IOException {
        ZipArchive archive = new ZipArchive(file, channel);
        long length = channel.size();
        int tailBytes = (int) Math.min(length, END_BYTES + MAX_COMMENT + LOCATOR_64_BYTES);
        ByteBuffer tail = archive.bytes(length - tailBytes, tailBytes);
        int at = end(tail);
        if (at < 0) {
            throw archive.failure("has no end of a zip archive: it is truncated; copy it again");
        }
        long entries = u16(tail, at + 10);
        long tableBytes = u32(tail, at + 12);
        long tableBegin = u32(tail, at + 16);
        long tableEnd = length - tailBytes + at;
        int locator = at - LOCATOR_64_BYTES;
        if (locator >= 0 && tail.getInt(locator) == LOCATOR_64) {
            long end64 = tail.getLong(locator + 8);
            archive.require(end64 >= 0 && end64 <= tableEnd - END_64_BYTES, "its Zip64 end lies outside");
            ByteBuffer record = archive.bytes(end64, END_64_BYTES);
            archive.require(record.getInt(0) == END_64, "its Zip64 end is missing");
            entries = record.getLong(32);
            tableBytes = record.getLong(40);
            tableBegin = record.getLong(48);
            tableEnd = end64;
        }
        archive.require(entries > 0 && entries <= MAX_ENTRIES, entries + " entries");
        archive.require(
                tableBytes >= 0
                        && tableBytes <= MAX_TABLE_BYTES
                        && tableBegin >= 0
                        && tableBegin <= tableEnd - tableBytes,
                "its table of " + tableBytes + " bytes at byte " + tableBegin);
        List<Listed> listed = archive.listed(archive.bytes(tableBegin, (int) tableBytes), entries, tableBegin);
        return archive.located(listed, tableBegin);
    }

    /** Where the end record begins whose comment ends with the archive; -1 without one. */
    private static int end(ByteBuffer tail) {
        for (int at = tail.limit() - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END && at + END_BYTES + u16(tail, at + 20) == tail.limit()) {
                return at;
            }
        }
        return -1;
    }

    private List<Listed> listed(ByteBuffer table, long entries, long tableBegin) throws IOException {
        List<Listed> listed = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < entries; i++) {
            String where = "entry " + (i + 1) + " at byte " + (tableBegin + at);
            require(at <= table.limit() - ENTRY_BYTES && table.getInt(at) == ENTRY, where + " is none");
            int nameBytes = u16(table, at + 28);
            int extraBytes = u16(table, at + 30);
            long next = (long) at + ENTRY_BYTES + nameBytes + extraBytes + u16(table, at + 32);
            require(next <= table.limit(), where + " ends outside the table");
            String name = StandardCharsets.UTF_8
                    .decode(table.slice(at + ENTRY_BYTES, nameBytes))
                    .toString();
            where = where + ", " + FormatException.quote(name) + ",";
            require(isPlain(name), where + " has a path outside its folder, which PyTorch's never have");
            require((u16(table, at + 8) & 1) == 0, where + " is encrypted");
            require(u16(table, at + 10) == 0, where + " is compressed, which PyTorch's never are");
            long compressed = u32(table, at + 20);
            long size = u32(table, at + 24);
            long header = u32(table, at + 42);
            ByteBuffer large = zip64(table, at + ENTRY_BYTES + nameBytes, extraBytes);
            size = size == SATURATED && large.remaining() >= 8 ? large.getLong() : size;
            compressed = compressed == SATURATED && large.remaining() >= 8 ? large.getLong() : compressed;
            header = header == SATURATED && large.remaining() >= 8 ? large.getLong() : header;
            require(size == compressed, where + " is stored as " + compressed + " bytes and said to have " + size);
            require(
                    size >= 0 && header >= 0 && header <= tableBegin - LOCAL_BYTES && size <= tableBegin,
                    where + " lies outside the archive");
            listed.add(new Listed(name, header, size, table.getInt(at + 16)));
            at = (int) next;
        }
        return listed;
    }

    /** Nothing is ever written under a name; such ones tell that the archive is not what it claims to be. */
    private static boolean isPlain(String name) {
        return !name.startsWith("/")
                && name.indexOf('\\') < 0
                && name.indexOf(':') < 0
                && !("/" + name + "/").contains("/../");
    }

    /** The content of an entry's Zip64 extra field; empty without one. */
    private static ByteBuffer zip64(ByteBuffer table, int from, int length) {
        int field = from;
        while (field + 4 <= from + length) {
            int bytes = Math.min(u16(table, field + 2), from + length - field - 4);
            if (u16(table, field) == 1) {
                return table.slice(field + 4, bytes).order(ByteOrder.LITTLE_ENDIAN);
            }
            field += 4 + bytes;
        }
        return ByteBuffer.allocate(0);
    }

    private Map<String, Entry> located(List<Listed> listed, long tableBegin) throws IOException {
        List<Listed> inOrder = new ArrayList<>(listed);
        inOrder.sort(Comparator.comparingLong(Listed::header));
        Map<String, Entry> entries = new LinkedHashMap<>();
        long free = 0;
        for (Listed each : inOrder) {
            String where = "entry " + FormatException.quote(each.name()) + " at byte " + each.header();
            require(each.header() >= free, where + " lies over another");
            ByteBuffer local = bytes(each.header(), LOCAL_BYTES);
            require(local.getInt(0) == LOCAL && u16(local, 8) == 0, where + " has no such header");
            long begin = each.header() + LOCAL_BYTES + u16(local, 26) + u16(local, 28);
            require(begin <= tableBegin - each.bytes(), where + " lies outside the archive");
            ByteBuffer name = bytes(each.header() + LOCAL_BYTES, u16(local, 26));
            require(
                    StandardCharsets.UTF_8.decode(name).toString().equals(each.name()),
                    where + " has another name in its header");
            free = begin + each.bytes();
            Entry entry = new Entry(each.name(), begin, each.bytes(), each.crc());
            require(entries.put(each.name(), entry) == null, where + " is there twice");
        }
        return Collections.unmodifiableMap(entries);
    }

    private ByteBuffer bytes(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw failure("ends early");
            }
        }
        return bytes.flip();
    }

    private void require(boolean holds, String found) throws IOException {
        if (!holds) {
            throw failure(found);
        }
    }

    private FormatException failure(String found) {
        return new FormatException(file, "damaged or no archive of PyTorch's: " + found);
    }

    private static int u16(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at));
    }

    private static long u32(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at));
    }
}
