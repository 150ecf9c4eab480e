package org.swav4j.search;

/**
 * How a graph of neighbours is built.
 *
 * @param degree most neighbours that an image is linked to: more find more, in more memory and time [32]
 * @param beam how many candidates are kept while an image's neighbours are looked for: more make a better graph, slower [100]
 * @param threads that build; with one, the same vectors give the same graph
 */
public record GraphOptions(int degree, int beam, int threads) {
    /** The most neighbours that can be asked for. */
    public static final int MAX_DEGREE = 512;

    /** The most candidates that can be asked for. */
    public static final int MAX_BEAM = 10_000;

    public GraphOptions {
        if (degree < 2 || degree > MAX_DEGREE) {
            throw new IllegalArgumentException("degree must be from 2 to " + MAX_DEGREE + ", not " + degree);
        }
        if (beam < 1 || beam > MAX_BEAM) {
            throw new IllegalArgumentException("beam must be from 1 to " + MAX_BEAM + ", not " + beam);
        }
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads must be from 1 to 1024, not " + threads);
        }
    }

    /** What finds more than 95 of the 100 nearest images where it was measured, on one thread. */
    public static GraphOptions defaults() {
        return new GraphOptions(32, 100, 1);
    }

    /** The same with another number of threads. */
    public GraphOptions withThreads(int count) {
        return new GraphOptions(degree, beam, count);
    }
}
