package org.swav4j.sample;

/** One lamp and what it does to a surface: direction to it (x right, y down, z towards the viewer, length 1), and strengths. */
final class Light {
    private final double x;
    private final double y;
    private final double z;
    private final double ambient;
    private final double gloss;
    private final double falloff;

    Light(Dice dice) {
        double azimuth = dice.between(-Math.PI, Math.PI);
        double elevation = dice.between(0.55, 1.15);
        double flat = StrictMath.cos(elevation);
        x = flat * StrictMath.cos(azimuth);
        y = flat * StrictMath.sin(azimuth);
        z = StrictMath.sin(elevation);
        ambient = dice.between(0.25, 0.5);
        gloss = dice.between(0, 0.3);
        falloff = dice.between(0.2, 0.9);
    }

    /** The light a surface gives back per unit of its colour; (slopeX, slopeY): how its height rises along x and y. */
    double diffuse(double slopeX, double slopeY) {
        double facing = (z - slopeX * x - slopeY * y) / Math.sqrt(1 + slopeX * slopeX + slopeY * slopeY);
        return ambient + (1 - ambient) * Math.max(0, facing) / z;
    }

    /** The highlight on such a surface, in [0, 0.3]. */
    double highlight(double slopeX, double slopeY) {
        double halfLength = Math.sqrt(2 + 2 * z);
        double facing =
                (1 + z - slopeX * x - slopeY * y) / (halfLength * Math.sqrt(1 + slopeX * slopeX + slopeY * slopeY));
        double power = Math.max(0, facing);
        for (int doubling = 0; doubling < 5; doubling++) {
            power *= power;
        }
        return gloss * power;
    }

    /** The share of the light that comes from everywhere, and is left in shadow. */
    double ambient() {
        return ambient;
    }

    /** How far along x the shadow of a point falls that is {@code height} above the ground. */
    double shadowX(double height) {
        return -x / z * height;
    }

    /** How far along y the shadow of a point falls that is {@code height} above the ground. */
    double shadowY(double height) {
        return -y / z * height;
    }

    /** The lamp's nearness at a point of the picture, coordinates in [-1, 1]. */
    double nearness(double px, double py) {
        return 1 + falloff * (x * px + y * py);
    }
}
