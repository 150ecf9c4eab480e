package org.swav4j.profile;

/**
 * One call of one of libtorch's operations.
 *
 * @param name such as {@code aten::convolution_backward}
 * @param thread {@link #RECORDING_THREAD}, or libtorch's number of another thread
 * @param start {@link System#nanoTime}
 * @param end the same clock
 */
record Operation(String name, int thread, long start, long end) {
    /** The thread that began the record, which is the one that trains. */
    static final int RECORDING_THREAD = 0;

    long nanos() {
        return end - start;
    }
}
