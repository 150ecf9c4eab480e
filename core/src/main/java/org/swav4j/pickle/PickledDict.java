package org.swav4j.pickle;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dictionary of a pickle, in its order. Keys are text, numbers or null; values are what {@link TorchFile#root} says. */
public final class PickledDict extends Container {
    private final Map<Object, Object> entries = new LinkedHashMap<>();

    PickledDict() {}

    void put(Object key, Object value) {
        entries.put(key, value);
        adopt(value);
    }

    /** Its entries; not to be changed. */
    public Map<Object, Object> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /** The value of a key, or null if there is none. */
    public Object get(String key) {
        return entries.get(key);
    }

    @Override
    public String toString() {
        return "a dictionary of " + entries.size();
    }
}
