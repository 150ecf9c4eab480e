package org.swav4j.sample;

/**
 * What a lamp shines on: a height in pixels and, per pixel, a mixture of two colours.
 *
 * @param second how much of the second colour shows, in [0, 1]
 */
record Surface(Field height, Field second, Colour firstColour, Colour secondColour, boolean glossy) {

    /** Adds to {@code colour} what is seen of the surface at a pixel, times {@code share}; {@code lit}: the share of light that arrives. */
    void addTo(float[] colour, double share, int x, int y, Light light, double lit) {
        double slopeX = height.slopeX(x, y);
        double slopeY = height.slopeY(x, y);
        double strength = share * lit * light.diffuse(slopeX, slopeY);
        double gleam = glossy ? share * light.highlight(slopeX, slopeY) : 0;
        double mix = second.at(x, y);
        for (int c = 0; c < 3; c++) {
            colour[c] += (float) (strength * Waves.mix(firstColour.channel(c), secondColour.channel(c), mix) + gleam);
        }
    }
}
