package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSize;
import org.swav4j.data.LabelledImages;

class ZipImagesTest {
    @TempDir
    private Path directory;

    @Test
    void isWhatTheFolderWouldBeThatItUnpacksTo() throws IOException {
        Path folder = directory.resolve("photos");
        String[] names = {
            "cat/2.jpg",
            "cat/10.JPG",
            "B/1.tiff",
            "top.png",
            "dog/deep/x.WebP",
            "readme.txt",
            ".hidden/1.jpg",
            "dog/._x.jpg",
            "\uD83D\uDE00.jpg",
            "\uFF5E.jpg"
        };
        for (String name : names) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.write(folder.resolve(name), content(name));
        }
        RawZip zip = new RawZip();
        zip.stored("photos/", new byte[0]);
        for (int i = 0; i < names.length; i++) {
            if (i % 2 == 0) {
                zip.stored("photos/" + names[i], content(names[i]));
            } else {
                zip.deflated("photos/" + names[i], content(names[i]));
            }
        }
        zip.stored("__MACOSX/photos/cat/2.jpg", new byte[9]);
        Path archive = zip.write(directory.resolve("photos.zip"));

        ImageFolder unpacked = ImageFolder.open(folder);
        ZipImages packed = ZipImages.open(archive);
        assertThat(names(packed)).containsExactlyElementsOf(names(unpacked)).hasSize(7);
        assertThat(packed.fingerprint()).isEqualTo(unpacked.fingerprint());
        assertThat(packed.classNames()).containsExactly("B", "cat", "dog");
        assertThat(packed.description()).isEqualTo(archive + ": 7 images in 3 folders");
        for (int i = 0; i < packed.size(); i++) {
            assertThat(packed.label(i)).isEqualTo(unpacked.label(i));
            assertThat(packed.read(i)).isEqualTo(unpacked.read(i));
        }
    }

    @Test
    void theOrderOfItsEntriesDoesNotMatter() throws IOException {
        List<String> names = List.of("b/1.jpg", "a/2.jpg", "a/1.jpg", "c.jpg");
        RawZip one = new RawZip();
        names.forEach(n -> one.stored(n, content(n)));
        RawZip other = new RawZip();
        names.stream().sorted().forEach(n -> other.deflated(n, content(n)));
        ZipImages a = ZipImages.open(one.write(directory.resolve("1.zip")));
        ZipImages b = ZipImages.open(other.write(directory.resolve("2.zip")));
        assertThat(names(a))
                .containsExactly("a/1.jpg", "a/2.jpg", "b/1.jpg", "c.jpg")
                .isEqualTo(names(b));
        assertThat(a.fingerprint()).isEqualTo(b.fingerprint());
        for (int i = 0; i < a.size(); i++) {
            assertThat(a.read(i)).isEqualTo(content(a.name(i))).isEqualTo(b.read(i));
        }
    }

    @Test
    void oneFolderOfItCanBeOpenedWithOrWithoutTheTopFolder() throws IOException {
        RawZip zip = new RawZip();
        for (String name : List.of("set/train/cat/1.jpg", "set/train/dog/1.jpg", "set/test/cat/1.jpg")) {
            zip.stored(name, content(name));
        }
        Path archive = zip.write(directory.resolve("set.zip"));
        for (String folder : List.of("train", "set/train", "/train/", "./train")) {
            ZipImages train = ZipImages.open(archive, folder);
            assertThat(names(train)).containsExactly("cat/1.jpg", "dog/1.jpg");
            assertThat(train.classNames()).containsExactly("cat", "dog");
            assertThat(train.read(0)).isEqualTo(content("set/train/cat/1.jpg"));
        }
        assertThat(ZipImages.open(archive).classNames()).containsExactly("test", "train");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ZipImages.open(archive, "trian"))
                .withMessage(archive + ": no images in a folder 'trian' of it; it has test, train");
    }

    @Test
    void readsZip64AndArchivesBehindOtherBytesAndWithComments() throws IOException {
        for (int prefix : new int[] {0, 1000}) {
            for (boolean zip64 : new boolean[] {false, true}) {
                RawZip zip = new RawZip().prefixed(new byte[prefix]);
                zip.stored("a/1.jpg", content("one")).zip64 = zip64;
                zip.deflated("b/2.jpg", content("two")).zip64 = zip64;
                zip.storedWithLocalExtra("c/3.jpg", content("three"), 60_000);
                Path archive = Files.write(directory.resolve("x.zip"), zip.bytes(zip64, "a comment"));
                ZipImages images = ZipImages.open(archive);
                assertThat(names(images)).containsExactly("a/1.jpg", "b/2.jpg", "c/3.jpg");
                assertThat(images.read(0)).isEqualTo(content("one"));
                assertThat(images.read(1)).isEqualTo(content("two"));
                assertThat(images.read(2)).isEqualTo(content("three"));
            }
        }
    }

    @Test
    void readsMoreEntriesThanSixteenBitsCount() throws IOException {
        RawZip zip = new RawZip();
        for (int i = 0; i < 66_000; i++) {
            zip.stored(i + ".png", new byte[] {(byte) i});
        }
        Path archive = Files.write(directory.resolve("many.zip"), zip.bytes(true, ""));
        ZipImages images = ZipImages.open(archive);
        assertThat(images.size()).isEqualTo(66_000);
        assertThat(images.name(65_999)).isEqualTo("9999.png");
        assertThat(images.read(65_999)).containsExactly((byte) 9999);
    }

    @Test
    void namesAreUtf8OrCodePage437() throws IOException {
        RawZip zip = new RawZip();
        zip.stored(new byte[] {(byte) 0x81, '.', 'j', 'p', 'g'}, content("437"));
        zip.stored("ü2.jpg".getBytes(StandardCharsets.UTF_8), content("unflagged"));
        zip.stored("ü3.jpg".getBytes(StandardCharsets.UTF_8), content("flagged")).flags = 1 << 11;
        ZipImages images = ZipImages.open(zip.write(directory.resolve("x.zip")));
        assertThat(names(images)).containsExactly("ü.jpg", "ü2.jpg", "ü3.jpg");
        assertThat(images.read(0)).isEqualTo(content("437"));
    }

    @Test
    void readsAnArchiveWithinAnotherFileSystem() throws IOException {
        RawZip inner = new RawZip();
        inner.deflated("a/1.jpg", content("one"));
        try (FileSystem outer = FileSystems.newFileSystem(directory.resolve("o.zip"), Map.of("create", "true"))) {
            Path archive = inner.write(outer.getPath("/inner.zip"));
            assertThat(ImageSources.open(archive).read(0)).isEqualTo(content("one"));
            assertThat(ImageSources.open(archive.resolve("a")).size()).isEqualTo(1);
        }
    }

    @Test
    void threadsReadSideBySide() throws IOException {
        RawZip zip = new RawZip();
        for (int i = 0; i < 200; i++) {
            zip.deflated(i + ".jpg", content("image " + i));
        }
        ZipImages images = ZipImages.open(zip.write(directory.resolve("x.zip")));
        assertThat(IntStream.range(0, 4000).parallel().allMatch(i -> {
                    try {
                        int index = i % images.size();
                        String name = images.name(index).replace(".jpg", "");
                        return Arrays.equals(images.read(index), content("image " + name));
                    } catch (IOException e) {
                        return false;
                    }
                }))
                .isTrue();
    }

    @Test
    void readsRealArchives() throws IOException {
        ZipImages train =
                (ZipImages) ImageSources.open(SharedData.require("cifar10.zip").resolve("train"));
        assertThat(train.size()).isEqualTo(50_000);
        assertThat(train.classNames()).hasSize(10).startsWith("airplane", "automobile");
        assertThat(train.name(49_999)).startsWith("truck/");
        assertThat(train.label(49_999)).isEqualTo(9);
        assertThat(ImageSize.of(train.read(12_345))).contains(new ImageSize(32, 32));

        LabelledImages photographs = ImageSources.open(SharedData.require("imagenet-500.zip"));
        assertThat(photographs.size()).isEqualTo(498);
        assertThat(photographs.classNames()).isEmpty();
        for (int i = 0; i < photographs.size(); i += 50) {
            assertThat(ImageSize.of(photographs.read(i))).isPresent();
        }
    }

    /** Bytes that depend on the name and compress. */
    static byte[] content(String name) {
        byte[] bytes = new byte[5000 + name.length()];
        new Random(name.hashCode()).nextBytes(bytes);
        Arrays.fill(bytes, 100, 3000, (byte) 7);
        return bytes;
    }

    static List<String> names(LabelledImages images) {
        return IntStream.range(0, images.size()).mapToObj(images::name).toList();
    }
}
