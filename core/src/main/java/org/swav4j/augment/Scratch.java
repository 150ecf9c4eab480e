package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;

/** Native scratch for transforming square crops of one size in place, so that no crop allocates. Owned by one worker. */
final class Scratch implements AutoCloseable {
    /** Longest blur kernel, for a standard deviation of 50 pixels: see {@link GaussianBlur#kernel}. */
    private static final int MAX_KERNEL = 512;

    /** [size, size] uint8. */
    final Mat gray;
    /** [size, size, 3] uint8. */
    final Mat rgb;
    /** [size, size, 3] uint8, backed by {@link #hsvWords}. */
    final Mat hsv;
    /** The pixels of {@link #hsv} as 64-bit words, padded to a multiple of 24 bytes. */
    final LongPointer hsvWords;
    /** The Java side of {@link #hsvWords}. */
    final long[] words;

    final FloatPointer kernel = new FloatPointer(MAX_KERNEL);
    final Point centre = new Point(-1, -1);
    final Resizer resizer;

    Scratch(int size) {
        resizer = new Resizer(size);
        gray = new Mat(size, size, CV_8UC1);
        rgb = new Mat(size, size, CV_8UC3);
        words = new long[(size * size * 3 + 23) / 24 * 3];
        hsvWords = new LongPointer(words);
        hsv = new Mat(size, size, CV_8UC3, hsvWords);
    }

    @Override
    public void close() {
        gray.close();
        rgb.close();
        hsv.close();
        hsvWords.close();
        kernel.close();
        centre.close();
        resizer.close();
    }
}
