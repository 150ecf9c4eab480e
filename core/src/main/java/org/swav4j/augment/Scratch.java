package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;

/** Memory for transforming square crops of one size in place, so that no crop allocates. For one thread. */
public final class Scratch implements AutoCloseable {
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

    /** Whether hue and blur follow PIL to the bit. */
    final boolean exact;
    /** One row or column of one channel, for exact transforms. */
    final byte[] line;
    /** The crop on the Java side, for exact transforms. */
    private final byte[] pixels;

    final FloatPointer kernel = new FloatPointer(MAX_KERNEL);
    final Point centre = new Point(-1, -1);
    final Resizer resizer;

    /**
     * Allocates.
     *
     * @param size side of the crops, pixels
     * @param fidelity how hue and blur are computed
     */
    public Scratch(int size, Augmentation.Fidelity fidelity) {
        exact = fidelity == Augmentation.Fidelity.EXACT;
        line = new byte[exact ? size : 0];
        pixels = new byte[exact ? size * size * 3 : 0];
        resizer = new Resizer(size);
        gray = new Mat(size, size, CV_8UC1);
        rgb = new Mat(size, size, CV_8UC3);
        words = new long[(size * size * 3 + 23) / 24 * 3];
        hsvWords = new LongPointer(words);
        hsv = new Mat(size, size, CV_8UC3, hsvWords);
    }

    /** Changes an image's bytes in Java. */
    void inJava(Mat image, Consumer<byte[]> change) {
        try (BytePointer data = image.data()) {
            data.get(pixels);
            change.accept(pixels);
            data.put(pixels);
        }
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
