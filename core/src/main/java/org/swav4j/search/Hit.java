package org.swav4j.search;

/**
 * An image that was found.
 *
 * @param row of the index
 * @param similarity cosine with the query, -1 to 1
 */
public record Hit(int row, double similarity) {}
