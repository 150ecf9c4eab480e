package org.swav4j.pickle;

/**
 * A list, tuple or dictionary. Values may be shared, so a short pickle can stand for an endless tree: how deep and how large
 * it would be unfolded is kept with it, as far as it was known when each value was added.
 */
abstract class Container {
    private int depth = 1;
    private long unfolded = 1;

    /** Takes note of a value that is now in it. */
    final void adopt(Object value) {
        long size = 1;
        if (value instanceof Container inner) {
            depth = Math.max(depth, inner.depth + 1);
            size = inner.unfolded;
        }
        unfolded = unfolded + size < 0 ? Long.MAX_VALUE : unfolded + size;
    }

    /** Levels of containers, 1 for one that holds none. */
    final int depth() {
        return depth;
    }

    /** Values in it and in those in it, each as often as it occurs. */
    final long unfolded() {
        return unfolded;
    }
}
