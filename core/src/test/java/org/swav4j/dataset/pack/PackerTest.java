package org.swav4j.dataset.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSize;
import org.swav4j.data.Images;

class PackerTest {
    static final long SHARD_BYTES = 4 * TarSample.RECORD;
    static final PackSettings AS_THEY_ARE = new PackSettings(Optional.empty(), SHARD_BYTES, Optional.of(31L));
    static final PackSettings SMALLER =
            new PackSettings(Optional.of(new PackSettings.Resize(20, 95)), SHARD_BYTES, Optional.of(31L));
    private static final PackSettings IN_ORDER = new PackSettings(Optional.empty(), SHARD_BYTES, Optional.empty());

    @TempDir
    private Path directory;

    static PackResult pack(Pictures pictures, PackSettings settings, Path out) {
        return pack(pictures, settings, out, () -> false);
    }

    static PackResult pack(Pictures pictures, PackSettings settings, Path out, BooleanSupplier stop) {
        return new Packer(pictures, "pictures", settings, 2, PackListener.SILENT, stop).pack(out);
    }

    /** Every file by name. */
    static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    static void assertSameFiles(Path found, Path expected) throws IOException {
        Map<String, byte[]> a = files(found);
        Map<String, byte[]> b = files(expected);
        assertThat(a.keySet()).isEqualTo(b.keySet());
        a.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(b.get(name)));
    }

    private static Map<String, byte[]> entries(Path folder) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        for (String name : order(folder)) {
            entries.put(name, null);
        }
        try (Stream<Path> tars = Files.list(folder)) {
            for (Path tar : tars.filter(f -> f.toString().endsWith(".tar")).toList()) {
                try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar), "UTF-8")) {
                    for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                        entries.put(e.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return entries;
    }

    /** The entries' names, shard after shard. */
    private static List<String> order(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> tars = Files.list(folder)) {
            for (Path tar :
                    tars.filter(f -> f.toString().endsWith(".tar")).sorted().toList()) {
                try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar), "UTF-8")) {
                    for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                        names.add(e.getName());
                    }
                }
            }
        }
        return names;
    }

    @Test
    void imagesKeepTheirBytesAndLabelsStandBesideThem() throws IOException {
        Pictures pictures = Pictures.drawn(60);
        PackResult result = pack(pictures, AS_THEY_ARE, directory);
        assertThat(result.complete()).isTrue();
        assertThat(result.images()).isEqualTo(60);
        assertThat(result.imagesNow()).isEqualTo(60);
        assertThat(result.resized()).isZero();
        assertThat(result.shards()).isGreaterThan(2);
        Map<String, byte[]> entries = entries(directory);
        int labelled = 0;
        long bytes = 0;
        for (int i = 0; i < 60; i++) {
            String key = pictures.name(i).replaceAll("\\.(?=.*\\.)", "_").replaceAll("\\.[a-z]+$", "");
            String extension = pictures.name(i).endsWith(".png") ? ".png" : ".jpg";
            assertThat(entries.get(key + extension)).as(key).isEqualTo(pictures.read(i));
            bytes += pictures.read(i).length;
            if (pictures.label(i) >= 0) {
                labelled++;
                assertThat(entries.get(key + ".cls")).asString().isEqualTo("" + pictures.label(i));
            }
        }
        assertThat(entries).hasSize(60 + labelled);
        assertThat(result.sourceBytes()).isEqualTo(bytes);
        assertThat(Files.readString(directory.resolve("classes.txt"))).isEqualTo("cat\ndog\n");
        assertThat(directory.resolve("quarantine.csv")).doesNotExist();
        try (Stream<Path> tars = Files.list(directory)) {
            assertThat(tars.filter(f -> f.toString().endsWith(".tar")))
                    .allSatisfy(f -> assertThat(Files.size(f)).isLessThanOrEqualTo(SHARD_BYTES));
        }
    }

    @Test
    void theNumberOfThreadsDoesNotShow() throws IOException {
        Pictures pictures = Pictures.drawn(60, 3, 4, 59);
        for (int workers : new int[] {1, 3, 8}) {
            new Packer(pictures, "pictures", SMALLER, workers, PackListener.SILENT, () -> false)
                    .pack(directory.resolve("" + workers));
        }
        assertSameFiles(directory.resolve("3"), directory.resolve("1"));
        assertSameFiles(directory.resolve("8"), directory.resolve("1"));
    }

    @Test
    void theOrderIsTheSourcesOrShuffledBySeed() throws IOException {
        Pictures pictures = Pictures.drawn(30);
        pack(pictures, IN_ORDER, directory.resolve("plain"));
        pack(pictures, AS_THEY_ARE, directory.resolve("shuffled"));
        SampleKeys keys = new SampleKeys(pictures);
        List<String> expected = IntStream.range(0, 30)
                .mapToObj(i -> keys.key(i) + "." + SampleKeys.extension(pictures.name(i)))
                .toList();
        List<String> plain = order(directory.resolve("plain"));
        List<String> shuffled = order(directory.resolve("shuffled"));
        assertThat(plain.stream().filter(n -> !n.endsWith(".cls"))).containsExactlyElementsOf(expected);
        assertThat(shuffled).isNotEqualTo(plain).containsExactlyInAnyOrderElementsOf(plain);
    }

    @Test
    void onlyImagesThatAreLargerAreMadeSmaller() throws IOException {
        Pictures pictures = Pictures.drawn(60);
        PackResult result = pack(pictures, SMALLER, directory);
        Map<String, byte[]> entries = entries(directory);
        SampleKeys keys = new SampleKeys(pictures);
        int smaller = 0;
        for (int i = 0; i < 60; i++) {
            ImageSize before = ImageSize.of(pictures.read(i)).orElseThrow();
            if (Math.min(before.width(), before.height()) > 20) {
                smaller++;
                ImageSize after =
                        ImageSize.of(entries.get(keys.key(i) + ".jpg")).orElseThrow();
                assertThat(Math.min(after.width(), after.height())).isEqualTo(20);
            } else {
                assertThat(entries.get(keys.key(i) + "." + SampleKeys.extension(pictures.name(i))))
                        .isEqualTo(pictures.read(i));
            }
        }
        assertThat(result.resized()).isEqualTo(smaller).isBetween(10, 50);
    }

    @Test
    void anImageLargerThanAShardHasOneOfItsOwn() throws IOException {
        Pictures pictures = new Pictures(
                List.of("a.bmp", "b.bmp", "c.jpg"),
                List.of(
                        Images.encoded(".bmp", 200, 200, CV_8UC3, 1),
                        Images.encoded(".bmp", 200, 200, CV_8UC3, 2),
                        Images.encoded(".jpg", 20, 20, CV_8UC3, 3)));
        assertThat(pack(pictures, IN_ORDER, directory).shards()).isEqualTo(3);
        assertThat(order(directory)).containsExactly("a.bmp", "b.bmp", "c.jpg");
        assertThat(directory.resolve("classes.txt")).doesNotExist();
    }

    @Test
    void brokenImagesAreLeftOutAndNamed() throws IOException {
        Pictures pictures = Pictures.drawn(20, 0, 7);
        pictures.vanish(19);
        PackResult result = pack(pictures, AS_THEY_ARE, directory);
        assertThat(result.images()).isEqualTo(17);
        assertThat(result.total()).isEqualTo(20);
        assertThat(result.broken()).hasSize(3);
        assertThat(Files.readAllLines(directory.resolve("quarantine.csv")))
                .hasSize(4)
                .contains("pictures," + pictures.name(19) + ",the file has disappeared since it was listed,")
                .anyMatch(l -> l.startsWith("pictures,cat/picture.0.png,\"not an image"));
    }

    @Test
    void ifAllAreBrokenThatIsSaid() {
        Pictures pictures = Pictures.drawn(3, 0, 1, 2);
        for (int time = 0; time < 2; time++) {
            assertThatThrownBy(() -> pack(pictures, AS_THEY_ARE, directory))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("pictures: none of the 3 images can be read, such as ")
                    .hasMessageContaining("not an image")
                    .hasMessageEndingWith("quarantine.csv names all");
        }
    }

    @Test
    void otherImagesOrSettingsInTheSameFolderAreRefusedByName() {
        pack(Pictures.drawn(10), SMALLER, directory);
        assertThatThrownBy(() -> pack(Pictures.drawn(11), SMALLER, directory))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("other images (10 of pictures, and not 11)");
        assertThatThrownBy(() -> pack(Pictures.drawn(10), AS_THEY_ARE, directory))
                .hasMessageContaining("shorter side 20 and not none")
                .hasMessageEndingWith("go on with the same, or give a new folder");
        PackSettings other =
                new PackSettings(Optional.of(new PackSettings.Resize(20, 90)), 2 * SHARD_BYTES, Optional.empty());
        assertThatThrownBy(() -> pack(Pictures.drawn(10), other, directory))
                .hasMessageContaining("JPEG quality 95 and not 90")
                .hasMessageContaining("shards of at most 40960 and not 81920")
                .hasMessageContaining("shuffle seed 31 and not none");
    }

    @Test
    void aFolderWithOtherThingsAFileAndAFolderWithinTheImagesAreRefused() throws IOException {
        Files.writeString(directory.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> pack(Pictures.drawn(2), AS_THEY_ARE, directory))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is not empty (notes.txt) and holds no pack.json");
        assertThatThrownBy(() -> pack(Pictures.drawn(2), AS_THEY_ARE, directory.resolve("notes.txt")))
                .hasMessageContaining("is a file");
        Path out = directory.resolve("a/b/shards");
        assertThatThrownBy(() -> Packer.requireApart(directory, out))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(out + ": lies inside " + directory);
        assertThatThrownBy(() -> Packer.requireApart(directory, directory)).hasMessageContaining("lies inside");
        Path images = Files.createDirectory(directory.resolve("images"));
        Packer.requireApart(images, directory.resolve("images-packed"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), images);
        assertThatThrownBy(() -> Packer.requireApart(images, link.resolve("out")))
                .hasMessageContaining("lies inside");
    }
}
