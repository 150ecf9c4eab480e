package org.swav4j.sample;

/**
 * Where an object lies in its picture: from a pixel to the point of the object's plane seen there, by
 * rotation, scale, slant, shift and a little perspective.
 */
final class Pose {
    private final double centreX;
    private final double centreY;
    private final double ux;
    private final double uy;
    private final double vx;
    private final double vy;
    private final double tiltX;
    private final double tiltY;
    /** Pixels per unit of the object's plane, at its centre. */
    final double radius;

    private Pose(Dice dice, double side, double shortest, double longest, double shift) {
        radius = side * dice.between(shortest, longest) / 2;
        centreX = side * (0.5 + dice.between(-shift, shift));
        centreY = side * (0.5 + dice.between(-shift, shift));
        double angle = dice.between(-Math.PI, Math.PI);
        double mirror = dice.sign();
        double stretch = StrictMath.exp(dice.between(-0.22, 0.22));
        double slant = dice.between(-0.15, 0.15);
        double cos = StrictMath.cos(angle) / radius;
        double sin = StrictMath.sin(angle) / radius;
        ux = mirror * cos * stretch;
        uy = mirror * sin * stretch;
        vx = -sin / stretch + slant * cos;
        vy = cos / stretch + slant * sin;
        tiltX = dice.between(-0.12, 0.12) / radius;
        tiltY = dice.between(-0.12, 0.12) / radius;
    }

    /** A pose for the subject of a picture {@code side} pixels wide: about 55 to 95 % of it across, at any angle. */
    static Pose ofSubject(Dice dice, int side) {
        return new Pose(dice, side, 0.56, 0.95, 0.16);
    }

    double x(double px, double py) {
        double dx = px - centreX;
        double dy = py - centreY;
        return (ux * dx + uy * dy) / (1 + tiltX * dx + tiltY * dy);
    }

    double y(double px, double py) {
        double dx = px - centreX;
        double dy = py - centreY;
        return (vx * dx + vy * dy) / (1 + tiltX * dx + tiltY * dy);
    }
}
