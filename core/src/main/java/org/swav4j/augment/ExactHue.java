package org.swav4j.augment;

/**
 * PIL's shift of the hue, to the bit: 8-bit RGB to 8-bit HSV, whose hue and saturation are cut off and not rounded, an
 * addition that wraps around, and back. About eight times the work of {@link Hue}'s other way.
 */
final class ExactHue {
    private ExactHue() {}

    /** Changes interleaved RGB in place; {@code shift} is in 255ths of a turn. */
    static void shift(byte[] rgb, byte shift) {
        for (int i = 0; i < rgb.length; i += 3) {
            int r = rgb[i] & 255;
            int g = rgb[i + 1] & 255;
            int b = rgb[i + 2] & 255;
            int value = Math.max(r, Math.max(g, b));
            int least = Math.min(r, Math.min(g, b));
            int saturation = 0;
            int hue = 0;
            if (value > least) {
                float range = value - least;
                saturation = (int) (range / value * 255.0);
                hue = hue(r, g, b, value, range);
            }
            if (saturation == 0) {
                rgb[i] = (byte) value;
                rgb[i + 1] = (byte) value;
                rgb[i + 2] = (byte) value;
            } else {
                put(rgb, i, (hue + shift) & 255, saturation, value);
            }
        }
    }

    /** 0..255 for a whole turn; float and double as in PIL, since a cut-off value shows the last bit. */
    private static int hue(int r, int g, int b, int value, float range) {
        float rc = (value - r) / range;
        float gc = (value - g) / range;
        float bc = (value - b) / range;
        float sixths;
        if (r == value) {
            sixths = bc - gc;
        } else if (g == value) {
            sixths = (float) (2.0 + rc - bc);
        } else {
            sixths = (float) (4.0 + gc - rc);
        }
        float turn = (float) ((sixths / 6.0 + 1.0) % 1.0);
        return (int) (turn * 255.0);
    }

    private static void put(byte[] rgb, int at, int hue, int saturation, int value) {
        float sixths = (float) (hue * 6.0 / 255.0);
        int sector = (int) sixths;
        float f = sixths - sector;
        float s = (float) (saturation / 255.0);
        byte v = (byte) value;
        byte p = level(value * (1.0 - s));
        byte q = level(value * (1.0 - s * f));
        byte t = level(value * (1.0 - s * (1.0 - f)));
        switch (sector % 6) {
            case 0 -> set(rgb, at, v, t, p);
            case 1 -> set(rgb, at, q, v, p);
            case 2 -> set(rgb, at, p, v, t);
            case 3 -> set(rgb, at, p, q, v);
            case 4 -> set(rgb, at, t, p, v);
            default -> set(rgb, at, v, p, q);
        }
    }

    private static byte level(double value) {
        return (byte) (int) (value + 0.5);
    }

    private static void set(byte[] rgb, int at, byte r, byte g, byte b) {
        rgb[at] = r;
        rgb[at + 1] = g;
        rgb[at + 2] = b;
    }
}
