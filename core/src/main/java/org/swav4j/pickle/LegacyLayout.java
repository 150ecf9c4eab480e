package org.swav4j.pickle;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.swav4j.format.FormatException;

/**
 * What {@code torch.save} wrote before PyTorch 1.6, one thing after the other: pickles of a magic number, of the protocol
 * 1001, of a description of the machine, of the object, and of the list of storages' keys; then for each key the number of
 * elements (8 bytes) and the elements.
 */
final class LegacyLayout {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;

    private LegacyLayout() {}

    static Parsed parse(Path file, FileChannel channel, Names names) throws IOException {
        long size = channel.size();
        PickleInput input = new PickleInput(file, "", channel, 0, size);
        Object magic = PickleMachine.read(input, null, new Names(false));
        if (!MAGIC.equals(magic)) {
            throw new FormatException(
                    file,
                    "a pickle, but none of torch.save: it does not begin with PyTorch's magic number. Save the state_dict"
                            + " with torch.save");
        }
        long at = input.position();
        require(
                ((Object) PROTOCOL).equals(PickleMachine.read(input, null, new Names(false))),
                input,
                at,
                "a protocol other than 1001");
        at = input.position();
        Object machine = PickleMachine.read(input, null, new Names(false));
        require(
                machine instanceof PickledDict dict && Boolean.TRUE.equals(dict.get("little_endian")),
                input,
                at,
                "a big-endian machine's numbers");
        StorageTable storages = new StorageTable(size);
        Object root = PickleMachine.read(input, storages, names);
        at = input.position();
        Object keys = PickleMachine.read(input, null, new Names(false));
        require(keys instanceof PickledList, input, at, "no list of storages");
        Map<String, StoredBytes> places = new HashMap<>();
        for (Object key : ((PickledList) keys).values()) {
            at = input.position();
            Storage storage = key instanceof String name ? storages.get(name) : null;
            require(storage != null, input, at, "a storage that the pickle does not name");
            long elements = input.unsigned(8);
            require(
                    elements == storage.elements() && storage.bytes() <= input.remaining(),
                    input,
                    at,
                    "storage " + FormatException.quote(storage.key()) + " of " + elements + " elements where "
                            + storage.elements() + " are expected and " + input.remaining() + " bytes are left,");
            StoredBytes place = new StoredBytes(input.position(), storage.bytes(), null);
            require(places.put(storage.key(), place) == null, input, at, "a storage that is there twice");
            input.skip(storage.bytes());
        }
        for (Storage storage : storages.all()) {
            require(
                    places.containsKey(storage.key()),
                    input,
                    input.position(),
                    "storage " + FormatException.quote(storage.key()) + " is missing");
        }
        require(input.remaining() == 0, input, input.position(), input.remaining() + " bytes after the last storage,");
        return new Parsed(root, places);
    }

    private static void require(boolean holds, PickleInput input, long at, String found) throws IOException {
        if (!holds) {
            throw input.failure(at, "refused: " + found);
        }
    }
}
