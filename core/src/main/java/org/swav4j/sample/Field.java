package org.swav4j.sample;

/** A number per pixel of a square picture, 0 at first. */
final class Field {
    private final double[] values;
    private final int side;

    Field(int side) {
        this.side = side;
        values = new double[side * side];
    }

    double at(int x, int y) {
        return values[y * side + x];
    }

    void set(int x, int y, double value) {
        values[y * side + x] = value;
    }

    /** How much the values rise along x, per pixel; one-sided at the border. */
    double slopeX(int x, int y) {
        int left = Math.max(0, x - 1);
        int right = Math.min(side - 1, x + 1);
        return (at(right, y) - at(left, y)) / (right - left);
    }

    /** How much the values rise along y, per pixel; one-sided at the border. */
    double slopeY(int x, int y) {
        int above = Math.max(0, y - 1);
        int below = Math.min(side - 1, y + 1);
        return (at(x, below) - at(x, above)) / (below - above);
    }
}
