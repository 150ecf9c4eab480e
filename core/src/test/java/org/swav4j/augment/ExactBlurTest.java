package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactBlurTest {

    @Test
    void radiusIsOneBoxOfTheVariance() {
        // (2r + 1)^2 - 1 = 12 variance holds for whole radii: 3 passes of radius 1 have variance 2
        assertThat(ExactBlur.radius((float) Math.sqrt(2))).isCloseTo(1, within(1e-5f));
        assertThat(ExactBlur.radius((float) Math.sqrt(6))).isCloseTo(2, within(1e-5f));
        assertThat(ExactBlur.radius(.1f)).isBetween(0f, .02f);
    }

    @Test
    void onePixelSpreadsAsThreeBoxes() {
        int size = 15;
        byte[] rgb = new byte[size * size * 3];
        int middle = (7 * size + 7) * 3;
        rgb[middle] = (byte) 243;
        ExactBlur.blur(rgb, size, Math.sqrt(2), new byte[size]);
        // three boxes of 3: 1 3 6 7 6 3 1 over 27 along the row, first; then the same down the columns of 27, 54, 63,
        // ...
        int[] row = {9, 27, 54, 63, 54, 27, 9};
        for (int i = 0; i < 7; i++) {
            int at = (7 * size + 4 + i) * 3;
            assertThat(rgb[at] & 255).as("column %d", i).isCloseTo(Math.round(row[i] * 7 / 27f), within(1));
            assertThat(rgb[at + 1]).isZero();
        }
    }

    @Test
    void aFlatImageStaysFlatAtEveryStrengthAndSize() {
        for (int size : new int[] {1, 2, 3, 8}) {
            for (double sigma = 0; sigma < 5; sigma += .17) {
                byte[] rgb = new byte[size * size * 3];
                java.util.Arrays.fill(rgb, (byte) 200);
                ExactBlur.blur(rgb, size, sigma, new byte[size]);
                assertThat(rgb).as("size %d, sigma %s", size, sigma).containsOnly((byte) 200);
            }
        }
    }

    @Test
    void mirroringCommutes() {
        int size = 9;
        byte[] rgb = new byte[size * size * 3];
        new Random(3).nextBytes(rgb);
        byte[] mirrored = mirrored(rgb, size);
        ExactBlur.blur(rgb, size, 1.7, new byte[size]);
        ExactBlur.blur(mirrored, size, 1.7, new byte[size]);
        assertThat(mirrored).isEqualTo(mirrored(rgb, size));
    }

    private static byte[] mirrored(byte[] rgb, int size) {
        byte[] out = new byte[rgb.length];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                System.arraycopy(rgb, (y * size + x) * 3, out, (y * size + size - 1 - x) * 3, 3);
            }
        }
        return out;
    }
}
