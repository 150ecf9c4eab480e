package org.swav4j.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes zip archives byte by byte, so that tests can make them lie. */
final class RawZip {
    /** One entry; the table of contents says what these fields say, the local header what {@link RawZip#add} found. */
    static final class Entry {
        byte[] name;
        byte[] content;
        int flags;
        int method;
        int madeBy;
        int attributes;
        long compressed;
        long size;
        int crc;
        long offset;
        int localExtra;
        boolean zip64;
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Entry> entries = new ArrayList<>();

    /** Bytes before the archive, which its offsets do not count. */
    private int prefix;

    RawZip prefixed(byte[] bytes) {
        out.writeBytes(bytes);
        prefix = bytes.length;
        return this;
    }

    Entry stored(String name, byte[] content) {
        return stored(name.getBytes(StandardCharsets.UTF_8), content);
    }

    Entry stored(byte[] name, byte[] content) {
        return add(name, content, 0, 0);
    }

    Entry storedWithLocalExtra(String name, byte[] content, int extraBytes) {
        return add(name.getBytes(StandardCharsets.UTF_8), content, 0, extraBytes);
    }

    Entry deflated(String name, byte[] content) {
        return add(name.getBytes(StandardCharsets.UTF_8), content, 8, 0);
    }

    private Entry add(byte[] name, byte[] content, int method, int localExtra) {
        Entry entry = new Entry();
        entry.name = name;
        entry.content = method == 8 ? deflate(content) : content;
        entry.method = method;
        entry.compressed = entry.content.length;
        entry.size = content.length;
        entry.localExtra = localExtra;
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.crc = (int) crc.getValue();
        entry.offset = out.size() - prefix;
        ByteBuffer local = buffer(30);
        local.putInt(0x04034b50).putShort((short) 20).putShort((short) 0).putShort((short) method);
        local.putInt(0).putInt(entry.crc).putInt((int) entry.compressed).putInt((int) entry.size);
        local.putShort((short) name.length).putShort((short) localExtra);
        out.writeBytes(local.array());
        out.writeBytes(name);
        out.writeBytes(new byte[localExtra]);
        out.writeBytes(entry.content);
        entries.add(entry);
        return entry;
    }

    private static byte[] deflate(byte[] content) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(content);
        deflater.finish();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] piece = new byte[1 << 16];
        while (!deflater.finished()) {
            packed.write(piece, 0, deflater.deflate(piece));
        }
        deflater.end();
        return packed.toByteArray();
    }

    /** The archive; with {@code zip64} its end is a Zip64 one too, and the plain end saturated. */
    byte[] bytes(boolean zip64, String comment) {
        long start = out.size() - prefix;
        entries.forEach(e -> out.writeBytes(header(e)));
        long table = out.size() - prefix - start;
        if (zip64) {
            ByteBuffer end = buffer(76);
            end.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
            end.putInt(0).putInt(0).putLong(entries.size()).putLong(entries.size());
            end.putLong(table).putLong(start);
            end.putInt(0x07064b50).putInt(0).putLong(start + table).putInt(1);
            out.writeBytes(end.array());
        }
        ByteBuffer end = buffer(22);
        short count = zip64 ? -1 : (short) entries.size();
        end.putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
        end.putInt(zip64 ? -1 : (int) table).putInt(zip64 ? -1 : (int) start);
        end.putShort((short) comment.length());
        out.writeBytes(end.array());
        out.writeBytes(comment.getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    Path write(Path file) throws IOException {
        return Files.write(file, bytes(false, ""));
    }

    private static byte[] header(Entry entry) {
        int extra = entry.zip64 ? 4 + 5 + 4 + 24 : 0;
        ByteBuffer header = buffer(46 + entry.name.length + extra);
        header.putInt(0x02014b50).put((byte) 20).put((byte) entry.madeBy).putShort((short) 20);
        header.putShort((short) entry.flags)
                .putShort((short) entry.method)
                .putInt(0)
                .putInt(entry.crc);
        header.putInt(entry.zip64 ? -1 : (int) entry.compressed).putInt(entry.zip64 ? -1 : (int) entry.size);
        header.putShort((short) entry.name.length).putShort((short) extra).putShort((short) 0);
        header.putShort((short) 0).putShort((short) 0).putInt(entry.attributes);
        header.putInt(entry.zip64 ? -1 : (int) entry.offset);
        header.put(entry.name);
        if (entry.zip64) {
            // another field comes first: a time stamp of five bytes
            header.putShort((short) 0x5455).putShort((short) 5).put(new byte[5]);
            header.putShort((short) 1).putShort((short) 24);
            header.putLong(entry.size).putLong(entry.compressed).putLong(entry.offset);
        }
        return header.array();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
