package org.swav4j.export;

import java.util.List;
import java.util.Map;
import org.swav4j.tensor.StateDict;

/**
 * A network as operations in the order they are run. Owns its weights until closed.
 *
 * @param input what goes in
 * @param outputs what comes out, name → width of its rows
 * @param weights by the names that operations use, contiguous float32
 */
record Graph(Input input, List<Op> ops, Map<String, Integer> outputs, StateDict weights) implements AutoCloseable {
    /**
     * What goes in.
     *
     * @param bytes whether it is uint8 [N, size, size, 3], else normalised float32 [N, 3, size, size]
     * @param dynamic whether N is any number, else 1
     */
    record Input(String name, int size, boolean bytes, boolean dynamic) {}

    Graph {
        ops = List.copyOf(ops);
    }

    @Override
    public void close() {
        weights.close();
    }
}
