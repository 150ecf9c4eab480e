package org.swav4j.profile;

/**
 * Steps that were measured one after the other without a pause.
 *
 * @param begin {@link System#nanoTime}
 * @param end the same clock
 */
record Stretch(long begin, long end) {
    long nanos() {
        return end - begin;
    }
}
