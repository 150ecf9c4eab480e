package org.swav4j.pickle;

import java.util.Map;

/**
 * What a file says, its numbers not yet read.
 *
 * @param places storage's key → where its numbers lie
 */
record Parsed(Object root, Map<String, StoredBytes> places) {
    /** Copies the places. */
    Parsed {
        places = Map.copyOf(places);
    }
}
