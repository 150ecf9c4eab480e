package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.data.DataException;

class TarShardsTest {
    @TempDir
    private Path root;

    @ParameterizedTest
    @ValueSource(strings = {"pax", "gnu", "ustar"})
    void readsWhatPythonWrites(String format) throws IOException {
        String lengthy = "classes/" + "x".repeat(60) + "/" + "y".repeat(60);
        String accents = "z/" + "é".repeat(120);
        List<String> keys = format.equals("ustar")
                ? List.of("000", "Größe/日本", lengthy)
                : List.of("000", "Größe/日本", lengthy, accents);
        byte[] tar = Tars.python(format);
        for (String name : List.of("a.tar", "a.tar.gz", "a.tgz")) {
            Path shard = Files.write(root.resolve(name), name.endsWith("gz") ? Tars.gzip(tar) : tar);
            TarShards shards = TarShards.open(shard);
            assertThat(names(shards))
                    .containsExactlyElementsOf(
                            keys.stream().map(key -> name + "/" + key + ".jpg").toList());
            for (int i = 0; i < keys.size(); i++) {
                assertThat(text(shards, i)).isEqualTo("image " + keys.get(i));
            }
            assertThat(shards.classNames())
                    .isEqualTo(format.equals("ustar") ? List.of("0", "3", "12") : List.of("0", "3", "7", "12"));
            assertThat(shards.classNames().get(shards.label(0))).isEqualTo("3");
            assertThat(shards.classNames().get(shards.label(2))).isEqualTo("12");
            assertThat(shards.damaged()).isEmpty();
            assertThat(shards.samplesWithoutImage()).isZero();
        }
    }

    @Test
    void shardsAreSortedAndImagesInTheirOrder() throws IOException {
        put("b.tar", new Tars().file("2.jpg", "b2").file("1.png", "b1").bytes());
        put("a10.tar", new Tars().file("./x/1.WebP", "a10").bytes());
        put("a9.tar", new Tars().file("1.jpg", "a9").bytes());
        put(".hidden.tar", new byte[3]);
        put("readme.txt", new byte[3]);
        Files.createDirectory(root.resolve("folder.tar"));
        TarShards shards = TarShards.open(root);
        assertThat(names(shards)).containsExactly("a10.tar/x/1.WebP", "a9.tar/1.jpg", "b.tar/2.jpg", "b.tar/1.png");
        assertThat(IntStream.range(0, 4).mapToObj(i -> text(shards, i))).containsExactly("a10", "a9", "b2", "b1");
        assertThat(shards.description()).isEqualTo(root + ": 4 images in 3 shards");
        assertThat(IntStream.range(0, 4).map(shards::label)).containsOnly(-1);
        assertThat(shards.looks(2)).containsExactly(0, 2);
        assertThat(shards.shards().orElseThrow().shardOf(3)).isEqualTo(2);
    }

    @Test
    void labelsComeFromClsOrJsonAndBeforeOrAfterTheImage() throws IOException {
        put(
                "a.tar",
                new Tars()
                        .file("0.cls", " cat\n")
                        .file("0.jpg", "x")
                        .file("1.jpg", "x")
                        .file("1.json", "{\"a\": [1, {\"label\": \"no\"}], \"label\": \"dog\", \"cls\": \"cat\"}")
                        .file("2.jpg", "x")
                        .file("2.json", "{\"cls\": 5}")
                        .file("3.jpg", "x")
                        .file("3.json", "{\"label\": ")
                        .file("4.jpg", "x")
                        .file("4.cls", "-1")
                        .file("5.jpg", "x")
                        .file("5.json", "[\"label\"]")
                        .file("6.jpg", "x")
                        .bytes());
        TarShards shards = TarShards.open(root);
        assertThat(shards.classNames()).containsExactly("5", "cat", "dog");
        assertThat(IntStream.range(0, 7).map(shards::label)).containsExactly(1, 2, 0, -1, -1, -1, -1);
    }

    @Test
    void aSamplesImageIsTheOneNamedPlainly() throws IOException {
        put(
                "a.tar",
                new Tars()
                        .file("d/0.mask.png", "mask")
                        .file("d/0.jpg", "photo")
                        .file("d/0.png", "other")
                        .file("photo.1.jpg", "one")
                        .file("photo.2.JPG", "two")
                        .file("text.txt", "no image")
                        .file("e.f/0.jpg", "dots in folders")
                        .file("._0.jpg", "resource fork")
                        .bytes());
        TarShards shards = TarShards.open(root);
        assertThat(names(shards))
                .containsExactly("a.tar/d/0.jpg", "a.tar/photo.1.jpg", "a.tar/photo.2.JPG", "a.tar/e.f/0.jpg");
        assertThat(shards.samplesWithoutImage()).isEqualTo(1);
        assertThat(shards.description()).endsWith("4 images in 1 shard (1 sample without an image)");
        assertThat(shards.damaged()).isEmpty();
    }

    @Test
    void fingerprintDependsOnNamesAndSizes() throws IOException {
        put("a.tar", new Tars().file("0.jpg", "one").bytes());
        String before = TarShards.open(root).fingerprint();
        assertThat(before).matches("[0-9a-f]{64}");
        put("a.tar", new Tars().file("0.txt", "more").file("0.jpg", "two").bytes());
        assertThat(TarShards.open(root).fingerprint()).isEqualTo(before);
        put("a.tar", new Tars().file("0.jpg", "three").bytes());
        assertThat(TarShards.open(root).fingerprint()).isNotEqualTo(before);
    }

    /** Compressors that work in parallel, and {@code cat}, write gzip files of several members. */
    @Test
    void readsGzipOfSeveralMembers() throws IOException {
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        byte[] tar = new Tars().file("0.jpg", noise).file("1.jpg", "x").bytes();
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        for (int at = 0; at < tar.length; at += 70_000) {
            members.write(Tars.gzip(Arrays.copyOfRange(tar, at, Math.min(tar.length, at + 70_000))));
        }
        put("a.tar.gz", members.toByteArray());
        TarShards shards = TarShards.open(root);
        assertThat(shards.damaged()).isEmpty();
        assertThat(shards.read(0)).isEqualTo(noise);
        assertThat(text(shards, 1)).isEqualTo("x");
    }

    @Test
    void looksIntoCompressedShardsOnlyAtTheirBeginning() throws IOException {
        Tars[] tars = {new Tars(), new Tars()};
        for (int i = 0; i < 100; i++) {
            tars[i / 50].file(i + ".jpg", "x");
        }
        put("a.tar.gz", Tars.gzip(tars[0].bytes()));
        put("b.tar.gz", Tars.gzip(tars[1].bytes()));
        TarShards shards = TarShards.open(root);
        assertThat(shards.looks(6)).containsExactly(0, 1, 2, 50, 51, 52);
        assertThat(shards.looks(1000)).hasSize(64).doesNotHaveDuplicates();
        assertThat(shards.looks(1)).containsExactly(0);
    }

    @Test
    void worksOnAnotherFileSystem() throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(root.resolve("x.zip"), Map.of("create", "true"))) {
            Files.write(
                    zip.getPath("/a.tar"),
                    new Tars().file("0.jpg", "zero").file("1.jpg", "one").bytes());
            TarShards shards = TarShards.open(zip.getPath("/"));
            assertThat(text(shards, 1)).isEqualTo("one");
        }
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        refused(root.resolve("missing"), "no such folder or file");
        refused(root, "holds no tar shard; shards are .tar, .tar.gz or .tgz");
        put("x.zip", new byte[3]);
        refused(root.resolve("x.zip"), "is no tar shard; shards are .tar, .tar.gz or .tgz");
        put("a.tar", new Tars().file("0.txt", "x").bytes());
        refused(
                root,
                "no image in 1 shard, but 1 sample without one;"
                        + " images are members such as key.jpg, .png, .webp, .bmp, .tif or .gif");
        put("a.tar", "this is a text, but long enough".repeat(40).getBytes(StandardCharsets.UTF_8));
        refused(root, "no image in 1 shard; 1 damaged entry, such as a.tar: not a tar archive");
        Files.delete(root.resolve("a.tar"));
        put("a.tar.gz", new Tars().file("0.jpg", "x").bytes());
        refused(root, "no image in 1 shard; 1 damaged entry, such as a.tar.gz: not gzip: Not in GZIP format");
    }

    private void refused(Path path, String message) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> TarShards.open(path))
                .withMessage(path + ": " + message);
    }

    private void put(String name, byte[] bytes) throws IOException {
        Files.write(root.resolve(name), bytes);
    }

    private static String text(TarShards shards, int index) {
        try {
            return new String(shards.read(index), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(TarShards shards) {
        return IntStream.range(0, shards.size()).mapToObj(shards::name).toList();
    }

    /** Two packings number their classes each from 0: without the names, one's 0 would be taken for the other's. */
    @Test
    void classesBesideTheShardsNameTheirNumbers() throws IOException {
        Files.write(
                root.resolve("a.tar"),
                new Tars()
                        .file("0.jpg", "x")
                        .file("0.cls", "2")
                        .file("1.jpg", "y")
                        .file("1.cls", "0")
                        .bytes());
        assertThat(TarShards.open(root).classNames()).containsExactly("0", "2");
        Files.writeString(root.resolve("classes.txt"), "apple\nbird\ncat\n");
        TarShards named = TarShards.open(root);
        assertThat(named.classNames()).containsExactly("apple", "bird", "cat");
        assertThat(named.label(0)).isEqualTo(2);
        assertThat(named.label(1)).isZero();
        Files.writeString(root.resolve("classes.txt"), "apple\n");
        assertThat(TarShards.open(root).classNames()).containsExactly("0", "2");
    }
}
