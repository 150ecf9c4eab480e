package org.swav4j.data;

/**
 * The four colours of one picture. They are drawn without knowing the class: hues are
 * independent of each other, and whether the object is lighter or darker than its surroundings is a coin's toss.
 *
 * @param body    of the object
 * @param pattern of the object's surface pattern
 * @param ground  of the background
 * @param growth  what the background is mottled with
 */
record Palette(Colour body, Colour pattern, Colour ground, Colour growth) {

    static Palette draw(Dice dice) {
        double object = dice.between(0.3, 0.8);
        double away = dice.between(0.22, 0.42) * dice.sign();
        double surroundings = reflect(object + away);
        double mark = reflect(object + dice.between(0.3, 0.5) * dice.sign());
        double mottle = reflect(surroundings + dice.between(0.12, 0.32) * dice.sign());
        return new Palette(colour(dice, object), colour(dice, mark), colour(dice, surroundings), colour(dice, mottle));
    }

    /** Keeps a lightness within what can be seen, by turning it back at the ends. */
    private static double reflect(double lightness) {
        double low = 0.12;
        double high = 0.92;
        if (lightness < low) {
            return 2 * low - lightness;
        }
        return lightness > high ? 2 * high - lightness : lightness;
    }

    /** A colour of the given lightness (square root of luminance), any hue, more often pale than vivid. */
    private static Colour colour(Dice dice, double lightness) {
        double hue = dice.between(0, 2 * Math.PI);
        double vivid = dice.between(0, 1) * dice.between(0.15, 0.55);
        double a = vivid * StrictMath.cos(hue);
        double b = vivid * StrictMath.sin(hue);
        double r = 1 + a;
        double g = 1 - 0.5 * a + 0.4 * b;
        double blue = 1 - 0.3 * a - 0.9 * b;
        double luminance = 0.2126 * r + 0.7152 * g + 0.0722 * blue;
        double scale = lightness * lightness / luminance;
        return new Colour((float) (r * scale), (float) (g * scale), (float) (blue * scale));
    }
}
