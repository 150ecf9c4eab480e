package org.swav4j.sample;

/**
 * Periodic and stepped functions of which patterns are made. Only additions, multiplications, divisions, square roots
 * and floors, which Java defines to the last bit: the same drawing on every machine, without the cost of
 * {@link StrictMath}'s trigonometry per pixel.
 */
final class Waves {
    private Waves() {}

    /** The share of an antialiased edge covered where {@code value} is positive; {@code width} is one pixel in the same unit. */
    static double edge(double value, double width) {
        return clamp01(0.5 + value / width);
    }

    /** A triangle wave of period 1: 1 at the integers, -1 halfway between. */
    static double triangle(double t) {
        return 4 * Math.abs(t - Math.floor(t) - 0.5) - 1;
    }

    /** The distance of {@code t} to the nearest integer, signed, in [-0.5, 0.5). */
    static double offCentre(double t) {
        return t - Math.floor(t + 0.5);
    }

    /** The angle of (x, y) in turns, in [-0.5, 0.5], within 0.0003 of a turn; 0 points along x. */
    static double turns(double y, double x) {
        double ax = Math.abs(x);
        double ay = Math.abs(y);
        double high = Math.max(ax, ay);
        if (high == 0) {
            return 0;
        }
        double r = Math.min(ax, ay) / high;
        // arctangent on [0, 1] as a quadratic correction of the straight line, in turns
        double turn = r * (0.125 + (1 - r) * (0.0389 + 0.01055 * r));
        if (ay > ax) {
            turn = 0.25 - turn;
        }
        if (x < 0) {
            turn = 0.5 - turn;
        }
        return y < 0 ? -turn : turn;
    }

    static double length(double x, double y) {
        return Math.sqrt(x * x + y * y);
    }

    static double smooth(double low, double high, double value) {
        double t = clamp01((value - low) / (high - low));
        return t * t * (3 - 2 * t);
    }

    static double clamp01(double value) {
        return Math.max(0, Math.min(1, value));
    }

    static double mix(double from, double to, double share) {
        return from + (to - from) * share;
    }
}
