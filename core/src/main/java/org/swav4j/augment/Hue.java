package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_HSV2RGB_FULL;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2HSV_FULL;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Shifts the hue in 8-bit HSV, where the addition wraps around. OpenCV's HSV rounds where PIL's is cut off: half a level on
 * average, at most five; {@link Augmentation.Fidelity#EXACT} follows PIL to the bit.
 *
 * @param turns part of a turn, -0.5 to 0.5
 */
public record Hue(double turns) implements Transform {
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
    private static final long HIGH_BITS = 0x8080808080808080L;

    @Override
    public void apply(Mat image, Scratch scratch) {
        byte shift = (byte) (int) (turns * 255);
        if (scratch.exact) {
            scratch.inJava(image, rgb -> ExactHue.shift(rgb, shift));
            return;
        }
        cvtColor(image, scratch.hsv, COLOR_RGB2HSV_FULL);
        long[] words = scratch.words;
        scratch.hsvWords.get(words);
        shift(words, shift);
        scratch.hsvWords.put(words);
        cvtColor(scratch.hsv, image, COLOR_HSV2RGB_FULL);
    }

    /** Adds {@code shift} modulo 256 to every third byte, eight bytes at a time: no carry leaves a byte's top bit. */
    static void shift(long[] words, byte shift) {
        ByteBuffer pattern = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
        for (int i = 0; i < 24; i += 3) {
            pattern.put(i, shift);
        }
        long a = pattern.getLong(0);
        long b = pattern.getLong(8);
        long c = pattern.getLong(16);
        for (int i = 0; i < words.length; i += 3) {
            words[i] = addBytes(words[i], a);
            words[i + 1] = addBytes(words[i + 1], b);
            words[i + 2] = addBytes(words[i + 2], c);
        }
    }

    private static long addBytes(long x, long y) {
        return ((x & LOW_BITS) + (y & LOW_BITS)) ^ ((x ^ y) & HIGH_BITS);
    }
}
