package org.swav4j.pickle;

import org.swav4j.format.DType;

/**
 * A stretch of numbers in the file that tensors are views of.
 *
 * @param key its name in the file
 * @param elements how many numbers it has
 */
record Storage(String key, DType dtype, long elements) {
    /** Never overflows: the machine refuses storages larger than a file can be. */
    long bytes() {
        return elements * dtype.bytes();
    }

    /**
     * What a persistent identity stands for: a storage or, in the legacy format, a part of one.
     *
     * @param offset of the part's first element
     * @param elements of the part
     */
    record View(Storage root, long offset, long elements) {}
}
