package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Assumptions;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.UnreadableImageException;

/** Photographs and what PIL and torchvision made of them, where a checkout has them beside it; they are not the project's. */
final class Golden {
    private Golden() {}

    /** The set's folder; skips the test where there is none. */
    static Path folder() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/golden/g7_aug");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        Assumptions.abort("no shared/golden/g7_aug above the working directory: golden pixels not compared");
        throw new AssertionError();
    }

    static List<Path> photographs() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            List<Path> photographs =
                    files.filter(f -> f.toString().endsWith(".JPEG")).sorted().toList();
            assertThat(photographs).hasSize(6);
            return photographs;
        }
    }

    /** The result of one operation on one photograph. */
    static Mat result(Path photograph, String operation) throws IOException {
        String name = photograph.getFileName().toString().replace(".JPEG", "");
        return decode(folder().resolve(name + "__" + operation + ".png"));
    }

    static Mat decode(Path file) throws IOException {
        try (ImageDecoder decoder = new ImageDecoder()) {
            return decoder.decode(Files.readAllBytes(file)).clone();
        } catch (UnreadableImageException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    static byte[] bytes(Mat image) {
        try (Mat continuous = image.clone();
                BytePointer data = continuous.data()) {
            byte[] bytes = new byte[image.rows() * image.cols() * image.channels()];
            data.get(bytes);
            return bytes;
        }
    }

    static Mat image(byte[] rgb, int width, int height) {
        Mat image = new Mat(height, width, CV_8UC3);
        try (BytePointer data = image.data()) {
            data.put(rgb);
        }
        return image;
    }

    /** Differences in 8-bit levels over all images added, and where each operation's stand for the report. */
    static final class Difference {
        private long sum;
        private long count;
        private int max;

        void add(Mat actual, Mat expected) {
            assertThat(actual.rows()).isEqualTo(expected.rows());
            assertThat(actual.cols()).isEqualTo(expected.cols());
            byte[] a = bytes(actual);
            byte[] b = bytes(expected);
            for (int i = 0; i < a.length; i++) {
                int d = Math.abs((a[i] & 255) - (b[i] & 255));
                sum += d;
                max = Math.max(max, d);
            }
            count += a.length;
        }

        void isWithin(String operation, double mean, int levels) {
            assertThat(count).as("%s: pixels compared", operation).isPositive();
            assertThat((double) sum / count)
                    .as("%s: mean difference (max %d)", operation, max)
                    .isLessThanOrEqualTo(mean);
            assertThat(max).as("%s: largest difference", operation).isLessThanOrEqualTo(levels);
        }
    }
}
