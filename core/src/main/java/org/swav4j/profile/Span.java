package org.swav4j.profile;

/**
 * A stretch of time.
 *
 * @param what happened in it
 * @param start {@link System#nanoTime}
 * @param end the same clock, not before {@code start}
 */
record Span<T>(T what, long start, long end) {
    long nanos() {
        return end - start;
    }
}
