package org.swav4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.sample.SampleImages.Split;

class SampleImagesTest {
    private static final long SEED = 31;
    private static final int TRAIN = 5;
    private static final int TEST = 2;

    @TempDir
    private static Path shared;

    @TempDir
    private Path own;

    private static Path drawn;

    @BeforeAll
    static void draw() throws IOException {
        drawn = shared.resolve("sample");
        SampleImages.draw(drawn, TRAIN, TEST, SEED, 1);
    }

    @Test
    void theSameBytesOnAnyNumberOfThreads() throws IOException {
        Path other = own.resolve("sample");
        SampleImages.draw(other, TRAIN, TEST, SEED, 4);
        assertThat(digests(other)).isEqualTo(digests(drawn));
    }

    @Test
    void everyImageIsUniqueAndAnotherSeedDrawsOthers() throws Exception {
        Map<String, String> first = digests(drawn);
        Path other = own.resolve("sample");
        SampleImages.draw(other, TRAIN, TEST, SEED + 1);
        Stream<String> all = Stream.concat(first.values().stream(), digests(other).values().stream());
        assertThat(all.toList()).doesNotHaveDuplicates().hasSize(2 * (12 * (TRAIN + TEST) + 1));
    }

    @Test
    void theDrawingItselfIsPinned() throws Exception {
        assertThat(digest(SampleImages.pixels(SampleClass.GEAR, Split.TRAIN, 0, SEED)))
                .isEqualTo("22e3489a6e0938944ac9b97895f120328377c56a4ed72a4168bf5daecc4636a4");
        assertThat(digest(SampleImages.pixels(SampleClass.FISH, Split.TEST, 7, SEED)))
                .isEqualTo("152540fd2991fb8e836efd577bf4620249779c365045cffb3dff681ab7572496");
        assertThat(digest(SampleImages.pixels(SampleClass.TILE, Split.TRAIN, 499, 1)))
                .isEqualTo("c744e679df56c9e1b202cccc85029936025e70a2dfb13a5844184c343f79af20");
    }

    @Test
    void classesAreBalancedAndEveryImageDecodesAtItsSize() throws IOException {
        assertThat(SampleImages.classes()).hasSize(12).isSorted();
        assertThat(AtomicFolder.names(drawn)).containsExactly(".swav-sample", "test", "train");
        for (Split split : Split.values()) {
            assertThat(AtomicFolder.names(drawn.resolve(split.folder()))).isEqualTo(SampleImages.classes());
            int expected = split == Split.TRAIN ? TRAIN : TEST;
            for (String name : SampleImages.classes()) {
                Path folder = drawn.resolve(split.folder()).resolve(name);
                assertThat(AtomicFolder.names(folder))
                        .isEqualTo(IntStream.range(0, expected)
                                .mapToObj(i -> "0000" + i + ".jpg")
                                .toList());
                for (String file : AtomicFolder.names(folder)) {
                    try (Mat image =
                            opencv_imgcodecs.imread(folder.resolve(file).toString())) {
                        assertThat(List.of(image.rows(), image.cols(), image.channels()))
                                .as(file)
                                .containsExactly(96, 96, 3);
                    }
                }
            }
        }
    }

    @Test
    void compressionKeepsThePicture() {
        byte[] rgb = SampleImages.pixels(SampleClass.RING, Split.TRAIN, 3, SEED);
        Path file = drawn.resolve("train/ring/00003.jpg");
        double error = 0;
        try (Mat image = opencv_imgcodecs.imread(file.toString())) {
            byte[] bgr = new byte[rgb.length];
            image.data().get(bgr);
            for (int i = 0; i < rgb.length; i++) {
                error += Math.abs((rgb[i] & 255) - (bgr[i - i % 3 + 2 - i % 3] & 255));
            }
        }
        assertThat(error / rgb.length).isLessThan(8);
    }

    @Test
    void aSetIsCompleteOnlyForTheArgumentsItWasDrawnWith() throws IOException {
        assertThat(SampleImages.isComplete(drawn, TRAIN, TEST, SEED)).isTrue();
        assertThat(SampleImages.isComplete(drawn, TRAIN, TEST, SEED + 1)).isFalse();
        assertThat(SampleImages.isComplete(drawn, TRAIN + 1, TEST, SEED)).isFalse();
        assertThat(SampleImages.isComplete(drawn, TRAIN, TEST + 1, SEED)).isFalse();
        assertThat(SampleImages.isComplete(own.resolve("absent"), TRAIN, TEST, SEED))
                .isFalse();
    }

    @Test
    void aSetWithoutItsMarkerOrOfAnotherVersionOrWithAnImageLostIsDrawnAgain() throws IOException {
        Path root = own.resolve("sample");
        Path marker = root.resolve(".swav-sample");
        SampleImages.draw(root, 2, 1, SEED);
        Map<String, String> whole = digests(root);

        Files.delete(marker);
        assertThat(SampleImages.isComplete(root, 2, 1, SEED)).isFalse();
        SampleImages.draw(root, 2, 1, SEED);
        assertThat(digests(root)).isEqualTo(whole);

        Files.writeString(marker, Files.readString(marker).replace("version ", "version 9"));
        assertThat(SampleImages.isComplete(root, 2, 1, SEED)).isFalse();
        SampleImages.draw(root, 2, 1, SEED);
        assertThat(digests(root)).isEqualTo(whole);

        Files.delete(root.resolve("test/star/00000.jpg"));
        assertThat(SampleImages.isComplete(root, 2, 1, SEED)).isFalse();
        SampleImages.draw(root, 2, 1, SEED);
        assertThat(SampleImages.isComplete(root, 2, 1, SEED)).isTrue();
        assertThat(AtomicFolder.names(own)).containsExactly("sample");
    }

    @Test
    void foldersOfOthersAreRefusedAndKept() throws IOException {
        Path mine = Files.createDirectories(own.resolve("mine/train/cats"));
        assertThatThrownBy(() -> SampleImages.draw(own.resolve("mine"), 1, 1, SEED))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("mine: holds 'cats'");
        assertThat(mine).exists();
        Path file = Files.writeString(own.resolve("file"), "text");
        assertThatThrownBy(() -> SampleImages.draw(file, 1, 1, SEED)).hasMessageContaining("need a folder");
        assertThat(file).hasContent("text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SampleImages.draw(own.resolve("none"), 0, 1, SEED))
                .withMessage("trainPerClass: must be in [1, 100000], got 0");
        assertThat(own.resolve("none")).doesNotExist();
    }

    @Test
    void anInterruptedDrawLeavesNothingAndKeepsTheFormerSet() throws IOException {
        Path root = own.resolve("sample");
        SampleImages.draw(root, 1, 1, SEED);
        Map<String, String> before = digests(root);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> SampleImages.draw(root, 300, 1, SEED)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(AtomicFolder.names(own)).containsExactly("sample");
        assertThat(digests(root)).isEqualTo(before);
    }

    private static Map<String, String> digests(Path root) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                digests.put(root.relativize(file).toString(), digest(Files.readAllBytes(file)));
            }
        }
        return digests;
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
