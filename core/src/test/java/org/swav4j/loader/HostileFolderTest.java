package org.swav4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.Images;
import org.swav4j.data.Quarantine;
import org.swav4j.source.ImageFolder;

/** Everything that may be wrong in a folder of images, at once: each named with its reason, the epoch whole all the same. */
@Timeout(60)
class HostileFolderTest {
    private static final MultiCrop CROPS = new MultiCrop(CropSpec.parseAll("2x16@0.3-1"), Augmentation.SWAV);
    private static final int BATCH = 5;

    @TempDir
    private Path root;

    private final Map<String, String> expected = new LinkedHashMap<>();

    @BeforeEach
    void fill() throws IOException {
        for (int i = 0; i < 24; i++) {
            put("good %02d.jpg".formatted(i), Images.encoded(".jpg", 40, 30, CV_8UC3, i));
        }
        put("\u0436\u96EA \uD83D\uDC31.png", Images.encoded(".png", 40, 30, CV_8UC3, 77));
        broken("zero.jpg", new byte[0], "the file is empty");
        broken("\u96EA,\"broken\".jpg", "no image".getBytes(StandardCharsets.UTF_8), "not an image: .*");
        byte[] jpeg = Images.encoded(".jpg", 400, 300, CV_8UC3, 1);
        broken("cut off.jpg", Arrays.copyOf(jpeg, jpeg.length / 2), "damaged or truncated JPEG");
        byte[] png = Images.encoded(".png", 40, 30, CV_8UC3, 1);
        png[50] ^= 1;
        broken("damaged.png", png, "damaged PNG: the checksum .*");
        byte[] bomb = Images.encoded(".bmp", 40, 30, CV_8UC3, 1);
        bomb[20] = 0x20;
        bomb[24] = 0x20;
        broken("bomb.bmp", bomb, "BMP of \\d+x\\d+ pixels, more than the 67,108,864 accepted");
        broken("gone.jpg", jpeg, "the file has disappeared since it was listed");
        broken("turned into a folder.jpg", jpeg, "cannot be read: .*");
        Files.createDirectory(root.resolve("folder.jpg"));
    }

    private void put(String name, byte[] content) throws IOException {
        Files.write(root.resolve(name), content);
    }

    private void broken(String name, byte[] content, String reason) throws IOException {
        put(name, content);
        expected.put(name, reason);
    }

    @Test
    void everyBadFileIsNamedAndReplacedTheSameWayEveryTime() throws IOException {
        Path locked = root.resolve("locked.jpg");
        Files.write(locked, Images.encoded(".jpg", 40, 30, CV_8UC3, 5));
        ImageFolder images = ImageFolder.open(root);
        Files.delete(root.resolve("gone.jpg"));
        Path turned = root.resolve("turned into a folder.jpg");
        Files.delete(turned);
        Files.createDirectory(turned);
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
        if (!Files.isReadable(locked)) { // root may read everything
            expected.put("locked.jpg", "permission denied");
        }
        assertThat(images.size()).isEqualTo(24 + 1 + 7 + 1);

        List<byte[]> first = null;
        for (int workers : new int[] {1, 4}) {
            Quarantine quarantine = new Quarantine("folder");
            List<byte[]> epoch = epoch(images, workers, quarantine);
            assertThat(epoch).hasSize(33 / BATCH);
            first = first == null ? epoch : first;
            assertThat(epoch).usingRecursiveComparison().isEqualTo(first);
            // the dropped rest of the epoch may hold a few
            assertThat(quarantine.entries()).hasSizeGreaterThan(expected.size() - 33 % BATCH - 1);
            quarantine
                    .entries()
                    .forEach(e -> assertThat(e.reason()).as(e.name()).matches(expected.get(e.name())));
        }
    }

    private static List<byte[]> epoch(ImageFolder images, int workers, Quarantine quarantine) {
        List<byte[]> epoch = new ArrayList<>();
        try (Loader loader = new Loader(images, CROPS, BATCH, workers, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
                BytePointer pixels = batch.pixels(0);
                byte[] bytes = new byte[(int) pixels.capacity()];
                pixels.get(bytes);
                epoch.add(bytes);
                batch.release();
            }
        }
        return epoch;
    }
}
