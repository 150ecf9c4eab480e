package org.swav4j.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Files around a pickle, as torch.save lays them out or as nobody does. */
public final class TorchFiles {
    static final byte[] MAGIC = {
        (byte) 0x80,
        2,
        (byte) 0x8a,
        10,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19,
        '.'
    };

    /** An entry of a zip archive; what is said of it need not be true. */
    public record Entry(String name, String localName, int method, long size, long packed, byte[] data) {
        public static Entry of(String name, byte[] data) {
            return new Entry(name, name, 0, data.length, data.length, data);
        }

        Entry named(String inDirectory) {
            return new Entry(inDirectory, localName, method, size, packed, data);
        }

        Entry sized(long newSize, long newPacked) {
            return new Entry(name, localName, method, newSize, newPacked, data);
        }

        Entry compressed(int newMethod) {
            return new Entry(name, localName, newMethod, size, packed, data);
        }
    }

    private TorchFiles() {}

    /** A legacy file with one storage "0" of float32. */
    static byte[] legacy(byte[] pickle, int elements) {
        PickleBytes keys = PickleBytes.pickle().ops("](").text("0").ops("e.");
        return legacy(
                pickle,
                keys.toBytes(),
                ByteBuffer.allocate(8 + 4 * elements)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(elements)
                        .array());
    }

    static byte[] legacy(byte[] pickle, byte[] keys, byte[] storages) {
        return legacy(pickle, keys, storages, true);
    }

    static byte[] legacy(byte[] pickle, byte[] keys, byte[] storages, boolean littleEndian) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(MAGIC);
        file.writeBytes(PickleBytes.pickle().number(1001).op('.').toBytes());
        file.writeBytes(PickleBytes.pickle()
                .ops("}")
                .text("little_endian")
                .op(littleEndian ? 0x88 : 0x89)
                .ops("s.")
                .toBytes());
        file.writeBytes(pickle);
        file.writeBytes(keys);
        file.writeBytes(storages);
        return file.toByteArray();
    }

    /** A zip with one storage "0" of this many bytes. */
    static byte[] zip(byte[] pickle, int storageBytes) {
        return zip(List.of(Entry.of("archive/data.pkl", pickle), Entry.of("archive/data/0", new byte[storageBytes])));
    }

    /** Entries one after the other, their table, its end. */
    public static byte[] zip(List<Entry> entries) {
        List<Integer> offsets = new ArrayList<>();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (Entry entry : entries) {
            offsets.add(file.size());
            byte[] name = entry.localName.getBytes(StandardCharsets.UTF_8);
            file.writeBytes(buffer(30 + name.length)
                    .putInt(0x04034b50)
                    .putShort((short) 20)
                    .putShort((short) 0)
                    .putShort((short) entry.method)
                    .putInt(0)
                    .putInt(crc(entry.data))
                    .putInt((int) entry.packed)
                    .putInt((int) entry.size)
                    .putShort((short) name.length)
                    .putShort((short) 0)
                    .put(name)
                    .array());
            file.writeBytes(entry.data);
        }
        return withTable(file, entries, offsets);
    }

    /** The same table over other places of the same bytes. */
    static byte[] withTable(ByteArrayOutputStream file, List<Entry> entries, List<Integer> offsets) {
        int start = file.size();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
            file.writeBytes(buffer(46 + name.length)
                    .putInt(0x02014b50)
                    .putShort((short) 20)
                    .putShort((short) 20)
                    .putShort((short) 0)
                    .putShort((short) entry.method)
                    .putInt(0)
                    .putInt(crc(entry.data))
                    .putInt((int) entry.packed)
                    .putInt((int) entry.size)
                    .putShort((short) name.length)
                    .put(new byte[12])
                    .putInt(offsets.get(i))
                    .put(name)
                    .array());
        }
        int table = file.size() - start;
        file.writeBytes(buffer(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) entries.size())
                .putShort((short) entries.size())
                .putInt(table)
                .putInt(start)
                .putShort((short) 0)
                .array());
        return file.toByteArray();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(data);
        return (int) crc.getValue();
    }
}
