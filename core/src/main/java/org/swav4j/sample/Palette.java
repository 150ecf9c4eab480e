package org.swav4j.sample;

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

    private static final double DARKEST = 0.1;
    private static final double LIGHTEST = 0.95;

    static Palette draw(Dice dice) {
        double object = dice.between(0.25, 0.8);
        double surroundings = apart(dice, object, dice.between(0.2, 0.4));
        double mark = apart(dice, object, dice.between(0.35, 0.5));
        double mottle = apart(dice, surroundings, dice.between(0.06, 0.2));
        return new Palette(colour(dice, object), colour(dice, mark), colour(dice, surroundings), colour(dice, mottle));
    }

    /** A lightness at {@code distance} from another: to either side, or to the one that has room. */
    private static double apart(Dice dice, double from, double distance) {
        double sign = dice.sign();
        double lightness = from + sign * distance;
        if (lightness < DARKEST || lightness > LIGHTEST) {
            lightness = from - sign * distance;
        }
        return Math.max(DARKEST, Math.min(LIGHTEST, lightness));
    }

    /** A colour of the given lightness (square root of luminance), any hue, more often pale than vivid. */
    private static Colour colour(Dice dice, double lightness) {
        double hue = dice.between(0, 2 * Math.PI);
        double vivid = dice.between(0, 1) * dice.between(0.1, 0.5);
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
