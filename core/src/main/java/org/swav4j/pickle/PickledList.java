package org.swav4j.pickle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** A list or tuple of a pickle. Values are what {@link TorchFile#root} says. */
public final class PickledList extends Container {
    private final List<Object> values;
    private final boolean tuple;

    private PickledList(Collection<Object> values, boolean tuple) {
        this.values = new ArrayList<>(values);
        this.tuple = tuple;
        values.forEach(this::adopt);
    }

    static PickledList list(Collection<Object> values) {
        return new PickledList(values, false);
    }

    static PickledList tuple(Collection<Object> values) {
        return new PickledList(values, true);
    }

    void add(Object value) {
        values.add(value);
        adopt(value);
    }

    boolean isTuple() {
        return tuple;
    }

    /** Its values; not to be changed. */
    public List<Object> values() {
        return Collections.unmodifiableList(values);
    }

    @Override
    public String toString() {
        return (tuple ? "a tuple of " : "a list of ") + values.size();
    }
}
