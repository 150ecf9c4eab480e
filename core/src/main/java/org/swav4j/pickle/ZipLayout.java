package org.swav4j.pickle;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.swav4j.format.FormatException;

/**
 * What {@code torch.save} has written since PyTorch 1.6, a zip archive:
 *
 * <pre>
 * NAME/data.pkl     the pickle; its persistent identities name storages by key
 * NAME/byteorder    "little", since 2.0
 * NAME/data/KEY     the numbers of a storage
 * NAME/version, NAME/.data/serialization_id
 * </pre>
 */
final class ZipLayout {
    private static final String PICKLE = "data.pkl";
    private static final long MAX_PICKLE = 64L << 20;

    private ZipLayout() {}

    static Parsed parse(Path file, FileChannel channel, Names names) throws IOException {
        Map<String, ZipArchive.Entry> entries = ZipArchive.read(file, channel);
        List<ZipArchive.Entry> pickles = entries.values().stream()
                .filter(e -> e.name().matches("[^/]*/" + PICKLE))
                .toList();
        if (pickles.isEmpty()) {
            throw new FormatException(
                    file,
                    "is a zip archive, but no checkpoint of PyTorch's: there is no NAME/" + PICKLE + " among its "
                            + entries.size() + " entries ("
                            + FormatException.quote(entries.keySet().iterator().next()) + ", ...)");
        }
        if (pickles.size() != 1) {
            throw new FormatException(
                    file,
                    "a zip archive with " + pickles.size() + " entries NAME/" + PICKLE
                            + ", where a checkpoint of PyTorch's has one");
        }
        ZipArchive.Entry pickle = pickles.get(0);
        String folder = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
        if (entries.containsKey(folder + "constants.pkl")) {
            throw new FormatException(file, "a TorchScript program, not a checkpoint; save the module's state_dict()");
        }
        requireLittleEndian(file, channel, entries.get(folder + "byteorder"));
        if (pickle.bytes() > MAX_PICKLE) {
            throw new FormatException(
                    file, pickle.name() + " has " + pickle.bytes() + " bytes; at most " + MAX_PICKLE + " are read");
        }
        PickleInput input = input(file, channel, pickle);
        StorageTable storages = new StorageTable(channel.size());
        checkSum(file, channel, pickle);
        Object root = PickleMachine.read(input, storages, names);
        Map<String, StoredBytes> places = new HashMap<>();
        for (Storage storage : storages.all()) {
            ZipArchive.Entry entry = entries.get(folder + "data/" + storage.key());
            String name = "storage " + FormatException.quote(storage.key());
            if (entry == null) {
                throw new FormatException(file, name + " is not in the archive");
            }
            if (entry.bytes() != storage.bytes()) {
                throw new FormatException(
                        file,
                        name + " at byte " + entry.begin() + " has " + entry.bytes() + " bytes; its "
                                + storage.elements() + " " + storage.dtype() + " take " + storage.bytes());
            }
            places.put(storage.key(), new StoredBytes(entry.begin(), entry.bytes(), entry.crc()));
        }
        return new Parsed(root, places);
    }

    /** Damage must not pass for another checkpoint. */
    private static void checkSum(Path file, FileChannel channel, ZipArchive.Entry entry) throws IOException {
        CRC32 crc = new CRC32();
        PickleInput input = input(file, channel, entry);
        while (input.remaining() > 0) {
            crc.update(input.bytes(Math.min(input.remaining(), 1 << 16)));
        }
        if ((int) crc.getValue() != entry.crc()) {
            throw new FormatException(
                    file,
                    entry.name() + " at byte " + entry.begin()
                            + " is damaged: its CRC-32 is not the archive's; copy the file again");
        }
    }

    private static void requireLittleEndian(Path file, FileChannel channel, ZipArchive.Entry order) throws IOException {
        if (order == null) {
            return;
        }
        byte[] bytes = input(file, channel, order).bytes(Math.min(order.bytes(), 16));
        String found = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!found.equals("little")) {
            throw new FormatException(
                    file,
                    "its byte order is " + FormatException.quote(found)
                            + "; little-endian ones are read. Save it again on another machine");
        }
    }

    private static PickleInput input(Path file, FileChannel channel, ZipArchive.Entry entry) {
        String name = FormatException.quote(entry.name());
        String part = name.substring(1, name.length() - 1) + ": ";
        return new PickleInput(file, part, channel, entry.begin(), entry.begin() + entry.bytes());
    }
}
