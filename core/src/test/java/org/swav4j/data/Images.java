package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;

import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Encoded images made for tests. */
public final class Images {
    private Images() {}

    /** A smooth, seed-dependent picture of the given OpenCV type, encoded in the format of {@code extension}. */
    public static byte[] encoded(String extension, int width, int height, int type, long seed, int... parameters) {
        try (Mat image = picture(width, height, type, seed);
                BytePointer out = new BytePointer();
                IntPointer options = new IntPointer(parameters)) {
            assertThat(imencode(extension, image, out, options)).isTrue();
            byte[] bytes = new byte[(int) out.limit()];
            out.get(bytes);
            return bytes;
        }
    }

    private static Mat picture(int width, int height, int type, long seed) {
        Mat image = new Mat(height, width, type);
        Random random = new Random(seed);
        int elementBytes = (int) image.elemSize();
        double[] slope = random.doubles(elementBytes * 2L).toArray();
        byte[] row = new byte[width * elementBytes];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < row.length; x++) {
                int channel = x % elementBytes;
                int column = x / elementBytes;
                double u = (double) column / width;
                row[x] = (byte) (127 * (slope[2 * channel] * u + slope[2 * channel + 1] * y / height));
            }
            try (BytePointer at = image.ptr(y)) {
                at.put(row);
            }
        }
        return image;
    }
}
