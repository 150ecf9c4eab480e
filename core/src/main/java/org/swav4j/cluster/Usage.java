package org.swav4j.cluster;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How evenly the prototypes are used.
 *
 * @param counts [K], images of each
 */
public record Usage(int[] counts) {
    /** Overfull is a prototype with more than so many times its fair share N / K, which counts as one image at least. */
    public static final int OVERFULL = 10;

    /** N. */
    public int images() {
        return Arrays.stream(counts).sum();
    }

    /** Prototypes without an image, ascending. */
    public int[] empty() {
        return IntStream.range(0, counts.length).filter(p -> counts[p] == 0).toArray();
    }

    /** Prototypes with more images than {@link #limit()}, ascending. */
    public int[] overfull() {
        return IntStream.range(0, counts.length)
                .filter(p -> counts[p] > limit())
                .toArray();
    }

    /** The most images that a prototype may have without being overfull. */
    public double limit() {
        return OVERFULL * Math.max(1, (double) images() / counts.length);
    }

    /** H of the shares, nats: 0 if one prototype has all images, ln K if all have equally many. */
    public double entropy() {
        return Contingency.entropy(counts);
    }

    /** The entropy as a share of the most that is possible; 1 for a single prototype. */
    public double evenness() {
        return counts.length == 1 ? 1 : entropy() / Math.log(counts.length);
    }

    /** e^H: as many prototypes, equally used, have the same entropy. */
    public double effective() {
        return Math.exp(entropy());
    }

    /** Prototypes, fullest first; of equal ones the smaller number. */
    public int[] byFill() {
        return IntStream.range(0, counts.length)
                .boxed()
                .sorted((a, b) ->
                        counts[a] == counts[b] ? Integer.compare(a, b) : Integer.compare(counts[b], counts[a]))
                .mapToInt(p -> p)
                .toArray();
    }
}
