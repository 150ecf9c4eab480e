package org.swav4j.sample;

/** A small round or oblong thing lying in front of the subject. */
final class Occluder {
    private final double x;
    private final double y;
    private final double ux;
    private final double uy;
    private final double aspect;
    private final double radius;
    private final Colour first;
    private final Colour second;

    Occluder(Dice dice, int side) {
        x = side * dice.between(0.1, 0.9);
        y = side * dice.between(0.1, 0.9);
        double angle = dice.between(-Math.PI, Math.PI);
        ux = StrictMath.cos(angle);
        uy = StrictMath.sin(angle);
        aspect = dice.between(1, 3);
        radius = side * dice.between(0.04, 0.08);
        Palette colours = Palette.draw(dice);
        first = colours.body();
        second = colours.pattern();
    }

    void paint(float[] colour, int px, int py, LatticeNoise noise) {
        double dx = px - x;
        double dy = py - y;
        double u = (ux * dx + uy * dy) / aspect;
        double v = (uy * dx - ux * dy) * Math.sqrt(aspect);
        double d = Waves.length(u, v) - radius + noise.at(0.2 * px, 0.2 * py);
        double cover = Waves.clamp01(0.5 - d);
        if (cover == 0) {
            return;
        }
        double mix = 0.5 + 0.5 * noise.at(0.3 * px + 9, 0.3 * py);
        for (int c = 0; c < 3; c++) {
            colour[c] = (float) Waves.mix(colour[c], Waves.mix(first.channel(c), second.channel(c), mix), cover);
        }
    }
}
