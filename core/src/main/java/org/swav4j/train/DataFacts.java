package org.swav4j.train;

/**
 * What a configuration is chosen from: the images as a whole.
 *
 * @param images how many there are, at least 1
 * @param medianShortSide the middle one of their shorter sides, in pixels
 */
public record DataFacts(int images, int medianShortSide) {
    public DataFacts {
        if (images < 1 || medianShortSide < 1) {
            throw new IllegalArgumentException(
                    "at least one image of at least one pixel, not " + images + " of " + medianShortSide);
        }
    }
}
