package org.swav4j.sample;

/** A colour in linear light; 1 is white. */
record Colour(float red, float green, float blue) {

    float channel(int index) {
        return switch (index) {
            case 0 -> red;
            case 1 -> green;
            default -> blue;
        };
    }
}
