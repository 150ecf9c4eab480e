package org.swav4j.dataset.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.data.Images;
import org.swav4j.dataset.check.DataReport.Broken;
import org.swav4j.dataset.check.DataReport.ClassCount;
import org.swav4j.dataset.check.SizeReport.Range;

class DataCheckTest {
    private static final byte[] PHOTO = Images.encoded(".jpg", 300, 200, CV_8UC3, 1);

    @Test
    void everyFigureOfAMixedSet() {
        DataReport report = DataCheck.run(mixed(), 1, done -> {});
        assertThat(report.images()).isEqualTo(9);
        assertThat(report.readable()).isEqualTo(6);
        assertThat(report.formats()).containsExactly(entry("JPEG", 3), entry("PNG", 2), entry("BMP", 1));
        assertThat(report.grey()).isEqualTo(2);
        assertThat(report.oneColour()).isEqualTo(1);
        assertThat(report.classes()).containsExactly(new ClassCount("cat", 4), new ClassCount("dog", 4));
        assertThat(report.unlabelled()).isEqualTo(1);
        SizeReport sizes = report.sizes().orElseThrow();
        assertThat(sizes.width()).isEqualTo(new Range(20, 100, 300));
        assertThat(sizes.height()).isEqualTo(new Range(20, 200, 400));
        assertThat(sizes.shorter()).isEqualTo(new Range(20, 100, 200));
        assertThat(sizes.leastAspect()).isEqualTo(0.25);
        assertThat(sizes.greatestAspect()).isEqualTo(2.5);
        assertThat(sizes.below(32)).isEqualTo(1);
        assertThat(sizes.below(96)).isEqualTo(2);
        assertThat(sizes.below(224)).isEqualTo(6);
        assertThat(report.broken())
                .containsExactly(
                        new Broken("cat/empty.jpg", "the file is empty"),
                        new Broken(
                                "dog/text.jpg",
                                "not an image: the content is neither JPEG, PNG, WebP, BMP, TIFF nor GIF"),
                        new Broken("gone.jpg", "the file has disappeared since it was listed"));
        assertThat(report.reasons()).hasSize(3).containsEntry("the file is empty", 1);
        assertThat(report.duplicates()).singleElement().satisfies(d -> {
            assertThat(d.names()).containsExactly("cat/1.jpg", "cat/1-copy.jpg", "dog/1-too.jpg");
            assertThat(d.severalClasses()).isTrue();
            assertThat(d.sha256()).matches("[0-9a-f]{64}");
        });
        assertThat(report.superfluous()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16})
    void theReportDoesNotDependOnTheNumberOfThreads(int threads) {
        MemoryImages images = new MemoryImages("a", "b");
        for (int i = 0; i < 300; i++) {
            byte[] content = i % 7 == 0 ? new byte[i] : Images.encoded(".png", 8 + i % 40, 9 + i % 23, CV_8UC3, i % 50);
            images.with("image" + i, i % 3 - 1, content);
        }
        DataReport alone = DataCheck.run(images, 1, done -> {});
        assertThat(alone.broken()).hasSize(43);
        assertThat(DataCheck.run(images, threads, done -> {})).isEqualTo(alone);
    }

    @Test
    void progressEndsWithAll() {
        MemoryImages images = new MemoryImages();
        for (int i = 0; i < 200; i++) {
            images.with("i" + i, -1, PHOTO);
        }
        AtomicInteger last = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        DataCheck.run(images, 2, done -> {
            last.set(done);
            calls.incrementAndGet();
        });
        assertThat(last).hasValue(200);
        assertThat(calls).hasValue(4);
    }

    @Test
    void nothingReadableIsAReportToo() {
        DataReport report = DataCheck.run(new MemoryImages().with("x.jpg", -1, new byte[3]), 2, done -> {});
        assertThat(report.sizes()).isEmpty();
        assertThat(report.readable()).isZero();
        assertThat(report.broken()).hasSize(1);
        assertThat(Advice.of(report)).hasSize(1);
    }

    @Test
    void aProgramErrorInAThreadIsNotSwallowed() {
        MemoryImages images = new MemoryImages() {
            @Override
            public byte[] read(int index) {
                throw new IllegalStateException("disk on fire");
            }
        };
        images.with("x.jpg", -1, PHOTO);
        assertThatThrownBy(() -> DataCheck.run(images, 2, done -> {})).hasMessage("disk on fire");
    }

    @Test
    void oneFlippedBitIsNoDuplicate() {
        byte[] other = PHOTO.clone();
        other[other.length - 40] ^= 1;
        DataReport report =
                DataCheck.run(new MemoryImages().with("a", -1, PHOTO).with("b", -1, other), 1, done -> {});
        assertThat(report.duplicates()).isEmpty();
    }

    @Test
    void adviceNamesWhatMatters() {
        List<String> advice = Advice.of(DataCheck.run(mixed(), 1, done -> {}));
        assertThat(advice)
                .containsExactly(
                        "Training replaces a broken image by another one and lists it; fetch or convert them anew, or"
                                + " remove them.",
                        "1 set of equal images lies in different folders: wrong labels, or images that are in both"
                                + " training and test data.",
                        "100 % of the images are smaller than the 224-pixel crops of the ImageNet recipes: they would"
                                + " be enlarged.",
                        "1 image is of a single colour: there is nothing to learn from them.");
        MemoryImages splits = new MemoryImages("test", "train");
        for (int i = 0; i < 11; i++) {
            splits.with("x" + i, i == 0 ? 0 : 1, Images.encoded(".png", 600, 40, CV_8UC3, i));
        }
        assertThat(Advice.of(DataCheck.run(splits, 1, done -> {})))
                .containsExactly(
                        "The first-level folders include test and train, which look like splits, not classes: point"
                                + " --data at one of them.",
                        "The largest class has 10 times the images of the smallest (test); accuracies will mostly tell"
                                + " of large classes.",
                        "All images are at most 64 pixels on their shorter side: --preset cifar10 is made for such"
                                + " images.",
                        "Some images are very wide (aspect 15.00 to 15.00): crops show little of them.");
        assertThat(Advice.of(DataCheck.run(
                        new MemoryImages("a").with("a/1", 0, Images.encoded(".jpg", 500, 400, CV_8UC3, 1)),
                        1,
                        done -> {})))
                .isEmpty();
    }

    private static MemoryImages mixed() {
        return new MemoryImages("cat", "dog")
                .with("cat/1.jpg", 0, PHOTO)
                .with("cat/1-copy.jpg", 0, PHOTO.clone())
                .with("cat/empty.jpg", 0, new byte[0])
                .with("cat/grey.png", 0, Images.encoded(".png", 100, 400, CV_8UC1, 5))
                .with("dog/1-too.jpg", 1, PHOTO.clone())
                .with("dog/small.bmp", 1, Images.encoded(".bmp", 100, 40, CV_8UC3, 4))
                .with("dog/text.jpg", 1, "hello".getBytes(StandardCharsets.UTF_8))
                .with("dog/flat.png", 1, flat(20))
                .with("gone.jpg", -1, null);
    }

    private static byte[] flat(int side) {
        try (Mat image = new Mat(side, side, CV_8UC3, new Scalar(90, 90, 90, 0));
                BytePointer png = new BytePointer()) {
            assertThat(imencode(".png", image, png)).isTrue();
            byte[] bytes = new byte[(int) png.limit()];
            png.get(bytes);
            return bytes;
        }
    }
}
