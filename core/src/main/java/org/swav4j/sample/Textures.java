package org.swav4j.sample;

import static org.swav4j.sample.Waves.edge;
import static org.swav4j.sample.Waves.length;
import static org.swav4j.sample.Waves.offCentre;
import static org.swav4j.sample.Waves.triangle;
import static org.swav4j.sample.Waves.turns;

/**
 * Surface patterns of the sample classes, in the plane of {@link Silhouettes}: how much of the second colour shows at a
 * point, in [0, 1].
 */
final class Textures {
    /**
     * What varies a pattern within a class.
     *
     * @param scale multiplies the pattern's frequency, around 1
     * @param phase shifts it, in [0, 1)
     * @param duty  moves the border between the two colours, around 0
     * @param pixel the width of a pixel in the object's plane, for antialiasing
     * @param noise for the irregular patterns
     */
    record Weave(double scale, double phase, double duty, double pixel, LatticeNoise noise) {}

    /** One pattern. */
    @FunctionalInterface
    interface Texture {
        double at(double x, double y, Weave weave);
    }

    private Textures() {}

    /** Stripes running outwards from the centre. */
    static double spokes(double x, double y, Weave w) {
        double count = Math.round(14 * w.scale);
        double wave = triangle(turns(y, x) * count + w.phase) + w.duty;
        double r = Math.max(0.2, length(x, y));
        return edge(wave, 4 * w.pixel * count / (6.28 * r));
    }

    /** Dots on a triangular lattice. */
    static double dots(double x, double y, Weave w) {
        double f = 3.4 * w.scale;
        double v = y * f / 0.866 + w.phase;
        double row = Math.floor(v + 0.5);
        double u = x * f + w.phase + 0.5 * row;
        double r = length(offCentre(u), 0.866 * (v - row));
        return edge(0.32 + 0.06 * w.duty - r, f * w.pixel);
    }

    static double checks(double x, double y, Weave w) {
        double f = 1.9 * w.scale;
        double product = triangle(x * f + w.phase) * triangle(y * f + w.phase);
        return edge(product, 4 * f * w.pixel);
    }

    /** Circles around the centre. */
    static double grooves(double x, double y, Weave w) {
        double f = 5.5 * w.scale;
        return edge(triangle(length(x, y) * f + w.phase) + w.duty, 4 * f * w.pixel);
    }

    /** Irregular blotches. */
    static double blotches(double x, double y, Weave w) {
        double f = 5 * w.scale;
        double field = w.noise.octaves(x * f + 32 * w.phase, y * f + 11, 2, 0.6);
        return edge(field + 0.3 * w.duty, 2.5 * f * w.pixel);
    }

    /** A midrib along y, and veins that leave it slantwise. */
    static double veins(double x, double y, Weave w) {
        double f = 4 * w.scale;
        double side = triangle(y * f + Math.abs(x) * f * 0.9 + w.phase) - 0.45 + 0.4 * w.duty;
        double rib = 0.055 - Math.abs(x);
        return Math.max(edge(side, 5 * f * w.pixel), edge(rib, w.pixel));
    }

    /** One colour running into the other from the centre outwards. */
    static double fade(double x, double y, Weave w) {
        return Waves.clamp01(length(x, y) * (0.9 + 0.3 * w.duty));
    }

    /** Straight stripes, slanting. */
    static double stripes(double x, double y, Weave w) {
        double f = 3.3 * w.scale;
        return edge(triangle((x + y) * 0.7071 * f + w.phase) + w.duty, 4 * f * w.pixel);
    }

    /** Fine irregular lines along y. */
    static double grain(double x, double y, Weave w) {
        double field = w.noise.octaves(x * 14 * w.scale + 32 * w.phase, y * 0.8, 2, 0.7);
        return Waves.clamp01(0.5 + 0.5 * field + 0.2 * w.duty);
    }

    /** Few large spots, each with a ring around it. */
    static double eyes(double x, double y, Weave w) {
        double f = 1.75 * w.scale;
        double v = y * f / 0.866 + w.phase;
        double row = Math.floor(v + 0.5);
        double u = x * f + w.phase + 0.5 * row;
        double r = length(offCentre(u), 0.866 * (v - row));
        double spot = edge(0.17 + 0.03 * w.duty - r, f * w.pixel);
        double ring = edge(0.05 - Math.abs(r - 0.34), f * w.pixel);
        return Math.max(spot, ring);
    }

    /** Overlapping arcs, row over row. */
    static double scales(double x, double y, Weave w) {
        double f = 3.6 * w.scale;
        double u = x * f + w.phase;
        double column = Math.floor(u);
        double v = y * f * 0.8 + 0.5 * (column - 2 * Math.floor(column / 2)) + w.phase;
        double across = offCentre(v) / 0.5;
        double arc = u - column - 0.62 * (1 - across * across);
        return edge(0.13 + 0.03 * w.duty - Math.abs(arc), 1.4 * f * w.pixel);
    }

    /** Zigzag bands. */
    static double zigzag(double x, double y, Weave w) {
        double f = 2.6 * w.scale;
        double bend = 0.42 * triangle(x * f * 0.9 + w.phase);
        return edge(triangle(y * f + bend + w.phase) + w.duty, 6 * f * w.pixel);
    }
}
