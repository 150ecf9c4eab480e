package org.swav4j.sample;

/**
 * The background's mottling. All its properties are drawn from ranges, none from a list of kinds: backgrounds must not
 * fall into clusters of their own.
 */
final class Ground {
    /** Height in pixels of a mottling's full swing. */
    private static final double STEEPNESS = 0.6;

    private final LatticeNoise noise;
    private final int side;
    private final double ux;
    private final double uy;
    private final double vx;
    private final double vy;
    private final double gain;
    private final double warp;
    private final double contrast;

    /** For a picture {@code side} pixels wide. */
    Ground(Dice dice, LatticeNoise noise, int side) {
        this.noise = noise;
        this.side = side;
        double angle = dice.between(-Math.PI, Math.PI);
        double cells = StrictMath.exp(dice.between(StrictMath.log(1.3), StrictMath.log(4))) / side;
        double stretch = StrictMath.exp(dice.between(-0.5, 0.5));
        ux = cells * stretch * StrictMath.cos(angle);
        uy = cells * stretch * StrictMath.sin(angle);
        vx = -cells / stretch * StrictMath.sin(angle);
        vy = cells / stretch * StrictMath.cos(angle);
        gain = dice.between(0.35, 0.85);
        warp = dice.between(0, 0.8);
        contrast = dice.between(0.6, 1.3);
    }

    Surface surface(Palette palette) {
        Field height = new Field(side);
        Field mottling = new Field(side);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double level = level(x, y);
                height.set(x, y, STEEPNESS * level);
                mottling.set(x, y, Waves.clamp01(0.5 + 0.5 * level));
            }
        }
        return new Surface(height, mottling, palette.ground(), palette.growth(), false);
    }

    private double level(double px, double py) {
        double x = ux * px + uy * py;
        double y = vx * px + vy * py;
        double bent = warp * noise.at(0.7 * x + 13, 0.7 * y + 5);
        return contrast * noise.octaves(x + bent, y - bent, 4, gain);
    }
}
