package org.swav4j.embed;

import java.util.List;

/**
 * The vectors of a batch.
 *
 * @param next the image to go on with behind it
 * @param names of the images
 * @param labels of the images; empty texts for those without
 * @param vectors one after the other, little-endian
 */
record EmbeddedBatch(int next, List<String> names, List<String> labels, byte[] vectors) {
    int size() {
        return names.size();
    }
}
