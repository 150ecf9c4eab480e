package org.swav4j.pickle;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The storages that a pickle names, and how much its tensors take. */
final class StorageTable {
    private final long fileBytes;
    private final Map<String, Storage> storages = new LinkedHashMap<>();
    private long tensorBytes;

    /** @param fileBytes size of the file that must hold them all */
    StorageTable(long fileBytes) {
        this.fileBytes = fileBytes;
    }

    /** The storage of this description, the same for every mention; null if it was described otherwise before. */
    Storage intern(Storage described) {
        Storage known = storages.putIfAbsent(described.key(), described);
        return known == null || known.equals(described) ? described : null;
    }

    /** Whether a file of this size can hold as many elements. */
    boolean canHold(long elements, int elementBytes) {
        return elements >= 0 && elements <= fileBytes / elementBytes;
    }

    /** Takes note of a tensor's bytes; false if all tensors together are too large for such a file. */
    boolean admits(long bytes) {
        tensorBytes = Math.addExact(tensorBytes, bytes);
        return tensorBytes <= Budget.TENSORS_TO_FILE * fileBytes;
    }

    Storage get(String key) {
        return storages.get(key);
    }

    Collection<Storage> all() {
        return Collections.unmodifiableCollection(storages.values());
    }
}
