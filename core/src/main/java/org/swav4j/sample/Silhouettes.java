package org.swav4j.sample;

import static org.swav4j.sample.Waves.length;

/**
 * Outlines of the sample classes as signed distances: negative inside, in a plane where an object fills about the unit
 * circle. {@code form} in [-1, 1] varies proportions within a class. Distances may be off away from the outline; its
 * position, and about its slope there, are exact.
 */
final class Silhouettes {
    /** One outline. */
    @FunctionalInterface
    interface Silhouette {
        double distance(double x, double y, double form);
    }

    private static final double COS_36 = 0.8090169943749475;
    private static final double SIN_36 = 0.5877852522924731;

    private Silhouettes() {}

    static double ring(double x, double y, double form) {
        double half = 0.27 + 0.05 * form;
        return Math.abs(length(x, y) - (1 - half)) - half;
    }

    static double star(double x, double y, double form) {
        double inner = 0.45 + 0.06 * form;
        double px = Math.abs(x);
        double py = y;
        // fold the plane into one tenth: reflections in the two lines at 36 degrees from the axis
        double d1 = 2 * Math.max(0, COS_36 * px - SIN_36 * py);
        px -= d1 * COS_36;
        py += d1 * SIN_36;
        double d2 = 2 * Math.max(0, -COS_36 * px - SIN_36 * py);
        px += d2 * COS_36;
        py += d2 * SIN_36;
        px = Math.abs(px);
        return edgeSide(px, py - 1, inner * SIN_36, inner * COS_36 - 1);
    }

    /** Distance of (x, y) to the segment from the origin to (bx, by), negative left of it. */
    private static double edgeSide(double x, double y, double bx, double by) {
        double h = Waves.clamp01((x * bx + y * by) / (bx * bx + by * by));
        double d = length(x - bx * h, y - by * h);
        return x * by - y * bx > 0 ? -d : d;
    }

    static double tile(double x, double y, double form) {
        return box(x, y, 0.78 + 0.04 * form, 0.78 - 0.04 * form, 0.1);
    }

    static double gear(double x, double y, double form) {
        double r = length(x, y);
        int teeth = 9 + (int) Math.round(form);
        double wave = Waves.triangle(Waves.turns(y, x) * teeth);
        double outer = 0.84 + 0.14 * Math.max(-1, Math.min(1, 2.2 * wave));
        return Math.max(0.8 * (r - outer), 0.27 - r);
    }

    static double crescent(double x, double y, double form) {
        double bite = 0.42 + 0.08 * form;
        double cx = x - 0.25;
        return Math.max(length(cx, y) - 1, 0.84 - length(cx - bite, y));
    }

    static double leaf(double x, double y, double form) {
        double blade = vesica(x, y + 0.1, 0.9, 0.46 + 0.07 * form);
        double stalk = box(x, y - 0.88, 0.05, 0.2, 0.04);
        return Math.min(blade, stalk);
    }

    static double spiral(double x, double y, double form) {
        double pitch = 0.42 + 0.03 * form;
        double r = length(x, y);
        double winding = Waves.offCentre(r / pitch - Waves.turns(y, x));
        return Math.max(Math.abs(winding) * pitch - 0.135, r - 0.98);
    }

    static double cross(double x, double y, double form) {
        double half = 0.27 + 0.05 * form;
        return Math.min(box(x, y, 0.95, half, 0.05), box(x, y, half, 0.95, 0.05));
    }

    static double key(double x, double y, double form) {
        double bow = Math.abs(length(x, y + 0.58) - 0.29) - 0.14;
        double shaft = box(x, y - 0.36, 0.1, 0.62, 0.02);
        double length = 0.2 + 0.05 * form;
        double bit = box(x - length, y - 0.86, length, 0.09, 0.02);
        double second = box(x - 0.8 * length, y - 0.52, 0.8 * length, 0.09, 0.02);
        return Math.min(Math.min(bow, shaft), Math.min(bit, second));
    }

    static double mushroom(double x, double y, double form) {
        double cy = y - 0.12;
        double dome = length(x * 0.98, cy * (1.08 + 0.1 * form)) - 0.92;
        double cap = Math.max(dome, cy - 0.04);
        double stem = box(x, y - 0.52, 0.2 + 0.04 * form + 0.12 * Math.max(0, y - 0.3), 0.42, 0.1);
        return Math.min(cap, stem);
    }

    static double fish(double x, double y, double form) {
        double body = vesica(y, x - 0.22, 0.78, 0.44 + 0.06 * form);
        double back = x + 0.98;
        double tail = Math.max(0.86 * (Math.abs(y) - 0.62 + 0.95 * back), 0.6 * (0.16 - back - 0.3 * Math.abs(y)));
        tail = Math.max(tail, back - 0.65);
        return Math.min(body, tail);
    }

    static double heart(double x, double y, double form) {
        double px = Math.abs(x) / (0.88 + 0.05 * form);
        double py = 0.82 - y * 0.9;
        if (py + px > 1.08) {
            return 0.9 * (length(px - 0.42, py - 1.2) - 0.5);
        }
        double m = 0.5 * Math.max(px + py - 0.08, 0);
        double a = length(px, py - 1.42);
        double b = length(px - m, py - 0.08 - m);
        return Math.min(a, b) * (px > py - 0.08 ? 1 : -1) * 0.9;
    }

    /** A lens with its points at (0, +-tip), {@code half} wide to each side. */
    private static double vesica(double x, double y, double tip, double half) {
        double offset = (tip * tip - half * half) / (2 * half);
        return length(Math.abs(x) + offset, y) - (offset + half);
    }

    private static double box(double x, double y, double halfWidth, double halfHeight, double corner) {
        double dx = Math.abs(x) - halfWidth + corner;
        double dy = Math.abs(y) - halfHeight + corner;
        return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - corner;
    }
}
