package org.swav4j.sample;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One picture of the sample data set: a bevelled, patterned object under a lamp, before a mottled ground on which it casts
 * a shadow; sometimes something lies in front of it. Everything but outline and pattern is drawn without regard to the
 * class. The picture is a pure function of the class and the random source.
 */
final class SampleScene {
    /** Width and height of a picture in pixels. */
    static final int SIDE = 96;

    /** Patterns are as fine in pixels on a small object as on one of this radius: a material, not a print. */
    private static final double TYPICAL_RADIUS = 34;

    /** Half the width of a shadow's edge, in pixels. */
    private static final double SHADOW_SOFTNESS = 3;

    private final SampleClass subject;
    private final double form;
    private final Pose pose;
    private final Palette palette;
    private final Light light;
    private final LatticeNoise noise;
    private final Textures.Weave weave;
    private final Ground ground;
    private final Occluder occluder;
    private final double bevel;
    private final double relief;
    private final double lift;
    private final double bend;
    private final double graininess;
    private final SplittableRandom grain;

    SampleScene(SampleClass subject, SplittableRandom random) {
        Dice dice = new Dice(random);
        this.subject = subject;
        form = dice.between(-1, 1);
        pose = Pose.ofSubject(dice, SIDE);
        palette = Palette.draw(dice);
        light = new Light(dice);
        noise = new LatticeNoise(dice.split());
        weave = new Textures.Weave(
                dice.between(0.88, 1.14) * pose.radius / TYPICAL_RADIUS,
                dice.between(0, 1),
                dice.between(-0.35, 0.35),
                1 / pose.radius,
                noise);
        ground = new Ground(dice, noise, SIDE);
        occluder = dice.chance(0.25) ? new Occluder(dice, SIDE) : null;
        bevel = dice.between(0.08, 0.25);
        relief = dice.between(-0.6, 0.6);
        lift = 3 + dice.between(0.04, 0.16) * pose.radius;
        bend = dice.between(0, 0.05);
        graininess = dice.between(0.01, 0.04);
        grain = dice.split();
    }

    /** The picture, [SIDE, SIDE, 3] RGB bytes. */
    byte[] draw() {
        Field outline = new Field(SIDE);
        Field pattern = new Field(SIDE);
        surveyObject(outline, pattern);
        Field distance = inPixels(outline);
        Surface object = new Surface(bevelled(distance, pattern), pattern, palette.body(), palette.pattern(), true);
        Surface behind = ground.surface(palette);
        byte[] rgb = new byte[3 * SIDE * SIDE];
        float[] colour = new float[3];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double cover = Waves.clamp01(0.5 - distance.at(x, y));
                Arrays.fill(colour, 0);
                if (cover < 1) {
                    behind.addTo(colour, 1 - cover, x, y, light, lightOnGround(distance, x, y));
                }
                if (cover > 0) {
                    object.addTo(colour, cover, x, y, light, 1);
                }
                if (occluder != null) {
                    occluder.paint(colour, x, y, noise);
                }
                develop(colour, x, y, rgb);
            }
        }
        return rgb;
    }

    /** Fills in the outline's distance in the object's plane, and the pattern there. */
    private void surveyObject(Field outline, Field pattern) {
        double margin = 2 / pose.radius;
        for (int py = 0; py < SIDE; py++) {
            for (int px = 0; px < SIDE; px++) {
                double x = pose.x(px + 0.5, py + 0.5);
                double y = pose.y(px + 0.5, py + 0.5);
                // the shape is bent a little, differently in every picture
                double u = x + bend * noise.at(1.7 * x + 5, 1.7 * y);
                double v = y + bend * noise.at(1.7 * x, 1.7 * y + 17);
                double d = subject.silhouette.distance(u, v, form);
                outline.set(px, py, d);
                pattern.set(px, py, d < margin ? subject.texture.at(u, v, weave) : 0);
            }
        }
    }

    /** Distances in pixels: those of the plane divided by their slope, so that edges are one pixel soft everywhere. */
    private Field inPixels(Field outline) {
        double usual = 1 / pose.radius;
        Field distance = new Field(SIDE);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double slope = Waves.length(outline.slopeX(x, y), outline.slopeY(x, y));
                // distances have creases, where differences tell nothing about the slope
                slope = Math.max(0.6 * usual, Math.min(1.8 * usual, slope));
                distance.set(x, y, outline.at(x, y) / slope);
            }
        }
        return distance;
    }

    /** The object's height: round at the rim, flat inside, raised or sunk where the pattern is. */
    private Field bevelled(Field distance, Field pattern) {
        double width = bevel * pose.radius;
        Field height = new Field(SIDE);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double in = Waves.clamp01(-distance.at(x, y) / width);
                height.set(x, y, width * Math.sqrt(in * (2 - in)) + relief * pattern.at(x, y) * in);
            }
        }
        return height;
    }

    /** The share of light that arrives at the ground past the object. */
    private double lightOnGround(Field distance, int x, int y) {
        int fromX = (int) Math.round(x - light.shadowX(lift));
        int fromY = (int) Math.round(y - light.shadowY(lift));
        if (fromX < 0 || fromY < 0 || fromX >= SIDE || fromY >= SIDE) {
            return 1;
        }
        double shadow = 1 - Waves.smooth(-SHADOW_SOFTNESS, SHADOW_SOFTNESS, distance.at(fromX, fromY));
        return 1 - (1 - light.ambient()) * shadow;
    }

    /** Adds the lamp's distance, the sensor's noise and the display's curve (a square root). */
    private void develop(float[] colour, int x, int y, byte[] rgb) {
        double near = light.nearness(2.0 * x / SIDE - 1, 2.0 * y / SIDE - 1);
        for (int c = 0; c < 3; c++) {
            double speckle = graininess * (grain.nextDouble() + grain.nextDouble() - 1);
            double value = Math.sqrt(Math.max(0, colour[c] * near)) + speckle;
            rgb[3 * (y * SIDE + x) + c] = (byte) (int) (255 * Waves.clamp01(value) + 0.5);
        }
    }
}
