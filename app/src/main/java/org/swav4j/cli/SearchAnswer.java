package org.swav4j.cli;

import java.util.List;
import org.swav4j.search.Hit;

/**
 * What was found for an image.
 *
 * @param name of the image
 * @param query its position among the given images; -1 if it is an indexed one
 * @param row of the index; -1 if it is a given one
 * @param hits nearest first
 * @param nanoseconds that searching took, without encoding
 */
record SearchAnswer(String name, int query, int row, List<Hit> hits, long nanoseconds) {
    SearchAnswer {
        hits = List.copyOf(hits);
    }
}
