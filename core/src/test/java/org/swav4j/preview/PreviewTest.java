package org.swav4j.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.DataException;
import org.swav4j.data.Quarantine;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.loader.MemoryImages;
import org.swav4j.page.Picture;

class PreviewTest {
    private static final MultiCrop RECIPE =
            new MultiCrop(CropSpec.parseAll("2x20@0.3-1,3x9@0.05-0.3"), Augmentation.SWAV);

    @ParameterizedTest
    @CsvSource({"31, 0", "31, 1", "7, 120"})
    void cropsAreThoseThatTrainingLoadsByteForByte(long seed, int epoch) {
        MemoryImages source = new MemoryImages(8, Set.of());
        Preview preview = Preview.of(source, RECIPE, seed, epoch, 8);
        assertThat(preview.images()).hasSize(8);
        Map<Integer, PreviewImage> shown =
                preview.images().stream().collect(Collectors.toMap(PreviewImage::index, i -> i));

        int compared = 0;
        try (Loader loader = new Loader(source, RECIPE, 4, 2, seed, 0, 1, new Quarantine("test"))) {
            loader.start(epoch, 0);
            for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
                int[] indices = batch.indices();
                int number = 0;
                for (int r = 0; r < batch.resolutions(); r++) {
                    for (int crop = 0; crop < batch.spec(r).count(); crop++, number++) {
                        for (int sample = 0; sample < indices.length; sample++) {
                            PreviewCrop seen =
                                    shown.get(indices[sample]).crops().get(number);
                            assertThat(pixels(seen.pixels()))
                                    .as("image %d, crop %d", indices[sample], seen.number())
                                    .isEqualTo(pixels(batch, r, crop * indices.length + sample));
                            compared++;
                        }
                    }
                }
                batch.release();
            }
        }
        assertThat(compared).isEqualTo(8 * 5);
    }

    @Test
    void imagesAreSpreadOverTheSourceAndDependOnTheSeedAlone() {
        MemoryImages source = new MemoryImages(40, Set.of());
        List<Integer> first = indices(Preview.of(source, RECIPE, 1, 0, 4));
        for (int part = 0; part < 4; part++) {
            assertThat(first.get(part)).isBetween(10 * part, 10 * part + 9);
        }
        assertThat(indices(Preview.of(source, RECIPE, 1, 9, 4))).isEqualTo(first);
        assertThat(IntStream.range(2, 8)
                        .mapToObj(seed -> indices(Preview.of(source, RECIPE, seed, 0, 4)))
                        .distinct())
                .hasSizeGreaterThan(3);
    }

    @Test
    void epochsDiffer() {
        MemoryImages source = new MemoryImages(3, Set.of());
        Preview first = Preview.of(source, RECIPE, 1, 0, 3);
        assertThat(Preview.of(source, RECIPE, 1, 0, 3)).isEqualTo(first);
        assertThat(Preview.of(source, RECIPE, 1, 1, 3).images()).doesNotContainAnyElementsOf(first.images());
    }

    @ParameterizedTest
    @CsvSource({"1, 6", "5, 6", "7, 7", "1000003, 9", "10, 3"})
    void everyImageBelongsToOnePartAndIsTriedOnce(int size, int wanted) {
        ChosenPlaces places = new ChosenPlaces(size, wanted, 5);
        Map<Integer, Integer> tried = new HashMap<>();
        for (int part = 0; part < places.parts(); part++) {
            places.candidates(part).forEach(i -> tried.merge(i, 1, Integer::sum));
        }
        assertThat(places.parts()).isEqualTo(Math.min(size, wanted));
        assertThat(tried).hasSize(size).doesNotContainKeys(-1, size);
        assertThat(tried.values()).allMatch(times -> times == 1);
    }

    @Test
    void unreadableImagesAreNamedAndOthersShown() {
        Set<Integer> broken =
                IntStream.range(0, 20).filter(i -> i % 5 != 3).boxed().collect(Collectors.toSet());
        Preview preview = Preview.of(new MemoryImages(20, broken), RECIPE, 3, 0, 4);
        assertThat(indices(preview)).containsExactly(3, 8, 13, 18);
        assertThat(preview.unreadable()).isNotEmpty().allSatisfy(e -> {
            assertThat(broken).contains(Integer.parseInt(e.name().replace(".jpg", "")));
            assertThat(e.reason()).contains("not an image");
        });
    }

    @Test
    void aSourceWithNothingReadableIsRefusedWithAnExample() {
        MemoryImages source = new MemoryImages(3, Set.of(0, 1, 2));
        assertThatThrownBy(() -> Preview.of(source, RECIPE, 3, 0, 2))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "memory: 3 images, but none of the 3 looked at can be read; for example 000.jpg:");
    }

    private static List<Integer> indices(Preview preview) {
        return preview.images().stream().map(PreviewImage::index).toList();
    }

    private static byte[] pixels(Picture picture) {
        assertThat(picture.uri()).startsWith("data:image/png;base64,");
        byte[] png =
                Base64.getDecoder().decode(picture.uri().substring(picture.uri().indexOf(',') + 1));
        try (BytePointer encoded = new BytePointer(png);
                Mat bytes = new Mat(1, png.length, CV_8UC1, encoded);
                Mat rgb = imdecode(bytes, IMREAD_COLOR_RGB)) {
            byte[] pixels = new byte[3 * picture.width() * picture.height()];
            rgb.data().get(pixels);
            return pixels;
        }
    }

    private static byte[] pixels(Batch batch, int resolution, int row) {
        int side = batch.spec(resolution).size();
        byte[] pixels = new byte[3 * side * side];
        BytePointer all = batch.pixels(resolution);
        all.position((long) row * pixels.length).get(pixels);
        all.position(0);
        return pixels;
    }
}
