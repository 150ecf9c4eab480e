package org.swav4j.preview;

import java.util.stream.IntStream;
import org.swav4j.data.RandomKey;

/**
 * Which images are looked at: the source is divided into as many equal parts as images are wanted, and one is drawn from
 * each. They are thus spread over the source, differ, and depend on the seed but not on the epoch, so that epochs can be
 * compared.
 */
record ChosenPlaces(int size, int wanted, long seed) {
    /** Training uses epochs from 0. */
    private static final long NO_EPOCH = -1;

    /** How many parts there are. */
    int parts() {
        return Math.min(size, wanted);
    }

    /** The images of a part in the order in which they are tried, each once. */
    IntStream candidates(int part) {
        int from = (int) ((long) part * size / parts());
        int length = (int) ((part + 1L) * size / parts()) - from;
        int first = (int) (RandomKey.of(seed, NO_EPOCH, part).nextDouble() * length);
        return IntStream.range(0, length).map(i -> from + (first + i) % length);
    }
}
