package org.swav4j.pickle;

import java.io.IOException;

/** What a pickle may make of memory and of work, whatever it says: some twenty times what the largest real ones take. */
final class Budget {
    /** Bytes of Java heap, by estimates that are rather too high. */
    static final long MEMORY = 32L << 20;

    static final int OPCODES = 5_000_000;
    static final int STACK = 100_000;
    static final int MEMO = 200_000;
    static final int DEPTH = 100;
    static final long UNFOLDED = 2_000_000;
    static final int INTEGER_BYTES = 16;
    static final int DIMENSIONS = 16;
    /** Tensors may share storages; all of them together may be this many times larger than the file. */
    static final int TENSORS_TO_FILE = 4;

    static final int CONTAINER_BYTES = 120;
    static final int ENTRY_BYTES = 80;
    static final int ITEM_BYTES = 12;
    static final int NUMBER_BYTES = 24;
    static final int TENSOR_BYTES = 400;

    private final PickleInput input;
    private long memory;
    private int opcodes;

    Budget(PickleInput input) {
        this.input = input;
    }

    void opcode() throws IOException {
        if (++opcodes > OPCODES) {
            throw input.failure(input.position(), "refused: more than " + OPCODES + " opcodes");
        }
    }

    void memory(long bytes) throws IOException {
        memory += bytes;
        if (memory > MEMORY) {
            throw input.failure(
                    input.position(), "refused: values for more than " + (MEMORY >> 20) + " MiB besides tensors");
        }
    }

    /** Before text or bytes of a stated length are read. */
    void text(long length) throws IOException {
        if (length < 0 || length > input.remaining()) {
            input.bytes(length);
        }
        memory(64 + Math.min(length, MEMORY) * 3);
    }

    /** After a value was added to a container. */
    void nesting(Container container) throws IOException {
        if (container.depth() > DEPTH) {
            throw input.failure(input.position(), "refused: more than " + DEPTH + " levels of nesting");
        }
        if (container.unfolded() > UNFOLDED) {
            throw input.failure(input.position(), "refused: shared values that unfold to more than " + UNFOLDED);
        }
    }
}
