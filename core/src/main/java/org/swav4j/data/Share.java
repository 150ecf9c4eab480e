package org.swav4j.data;

/**
 * The images that one of several ranks goes through, of all in their order: consecutive ones, cut where batches are, so that the
 * same images meet in a batch on any number of ranks.
 *
 * @param from the first
 * @param to the one after the last
 */
public record Share(int from, int to) {
    /** Rank {@code rank}'s of {@code world}, whose numbers of batches differ by one at most. */
    public static Share of(int images, int batch, int rank, int world) {
        long batches = (images + (long) batch - 1) / batch;
        return new Share((int) Math.min(images, batches * rank / world * batch), (int)
                Math.min(images, batches * (rank + 1) / world * batch));
    }

    /** How many. */
    public int size() {
        return to - from;
    }
}
