package org.swav4j.augment;

/**
 * PIL's Gaussian blur, to the bit: three passes of an extended box filter (Gwosdek et al., 2011) along the rows and three
 * along the columns, each rounded to 8 bits, with 8.24 fixed-point weights. Some ten times the work of
 * {@link GaussianBlur}'s other way.
 */
final class ExactBlur {
    private static final int PASSES = 3;
    private static final int ONE = 1 << 24;
    private static final int HALF = 1 << 23;

    private ExactBlur() {}

    /**
     * Blurs a square of interleaved RGB in place.
     *
     * @param line scratch of at least {@code size} bytes
     */
    static void blur(byte[] rgb, int size, double sigma, byte[] line) {
        float radius = radius((float) sigma);
        int whole = (int) radius;
        int inner = (int) (ONE / (radius * 2 + 1));
        int outer = (ONE - (whole * 2 + 1) * inner) / 2;
        if (radius == 0) {
            return;
        }
        int row = 3 * size;
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < size; i++) {
                for (int pass = 0; pass < PASSES; pass++) {
                    box(rgb, i * row + channel, 3, size, whole, inner, outer, line);
                }
            }
            for (int i = 0; i < size; i++) {
                for (int pass = 0; pass < PASSES; pass++) {
                    box(rgb, i * 3 + channel, row, size, whole, inner, outer, line);
                }
            }
        }
    }

    /** The box radius whose three passes have the variance asked for; its fraction is the weight of the outermost pixels. */
    static float radius(float sigma) {
        float variance = sigma * sigma / PASSES;
        float length = (float) Math.sqrt(12.0 * variance + 1.0);
        float l = (float) Math.floor((length - 1.0) / 2.0);
        float a = (2 * l + 1) * (l * (l + 1) - 3 * variance);
        a /= 6 * (variance - (l + 1) * (l + 1));
        return l + a;
    }

    /** One pass over one line, whose ends go on with their outermost pixel. */
    private static void box(byte[] rgb, int start, int step, int size, int whole, int inner, int outer, byte[] line) {
        for (int x = 0, at = start; x < size; x++, at += step) {
            line[x] = rgb[at];
        }
        int last = size - 1;
        int sum = 0;
        for (int d = -whole; d <= whole; d++) {
            sum += line[Math.min(Math.max(d, 0), last)] & 255;
        }
        for (int x = 0, at = start; x < size; x++, at += step) {
            int left = line[Math.max(x - whole - 1, 0)] & 255;
            int right = line[Math.min(x + whole + 1, last)] & 255;
            // at most 255 * 2^24 + 2^23, which needs all 32 bits
            rgb[at] = (byte) ((sum * inner + (left + right) * outer + HALF) >>> 24);
            sum += right - (line[Math.max(x - whole, 0)] & 255);
        }
    }
}
