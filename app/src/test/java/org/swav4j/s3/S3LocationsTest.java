package org.swav4j.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.source.ImageSources;
import software.amazon.nio.spi.s3.S3FileSystem;

/** Folders in S3, each test with a bucket of its own: a file system lives as long as the program. */
class S3LocationsTest {
    private S3Server server;
    private S3Settings settings;

    private S3Server serve(S3Server server) {
        this.server = server;
        settings = new S3Settings(server.endpoint());
        return server;
    }

    @AfterEach
    void stop() {
        if (server != null) {
            settings.close();
            server.close();
        }
    }

    @Test
    void aFolderIsListedOncePerPageAndAnImageReadWithOneRequest() throws IOException {
        serve(new S3Server()).bucket("thousand");
        for (int i = 0; i < 1000; i++) {
            server.put("thousand", "photos/" + (i % 4) + "/" + i + ".jpg", bytes("image " + i));
        }
        LabelledImages folder = open("s3://thousand/photos");
        assertThat(folder.size()).isEqualTo(1000);
        assertThat(folder.classNames()).containsExactly("0", "1", "2", "3");
        assertThat(folder.description()).isEqualTo("s3://thousand/photos: 1,000 images in 4 folders");
        assertThat(server.count("HEAD")).isZero();
        assertThat(server.count("GET")).isZero();
        // a look or two at the root, then each of five folders, for its folders and for its objects
        assertThat(server.count("LIST")).isBetween(10, 13);

        for (int i = 0; i < 50; i++) {
            String name = folder.name(i);
            String number = name.substring(name.indexOf('/') + 1, name.indexOf('.'));
            assertThat(folder.read(i)).asString().isEqualTo("image " + number);
        }
        assertThat(server.count("HEAD")).isZero();
        assertThat(server.count("GET")).isEqualTo(50);
    }

    @Test
    void nothingIsLeftAmongTheTemporaryFiles() throws Exception {
        serve(new S3Server()).bucket("tidy");
        server.put("tidy", "a/1.jpg", bytes("x"));
        Path location = S3Locations.path("s3://tidy/a");
        Field scratch = S3FileSystem.class.getDeclaredField("temporaryDirectory");
        scratch.setAccessible(true);

        Path folder = (Path) scratch.get(location.getFileSystem());
        assertThat(folder.toString()).contains("aws-s3-nio");
        assertThat(folder).doesNotExist();
        assertThat(ImageSources.open(location).read(0)).asString().isEqualTo("x");
    }

    @Test
    void aFlatFolderOfManyPagesIsListedWhole() throws IOException {
        serve(new S3Server().pagesOf(4)).bucket("pages");
        IntStream.range(0, 3000).forEach(i -> server.put("pages", "a/" + i + ".png", bytes("x".repeat(i % 7))));
        assertThat(open("s3://pages/a/").size()).isEqualTo(3000);
        assertThat(server.count("GET")).isZero();
    }

    @Test
    void namesSizesAndFingerprintAreThoseOfTheSameFolderOnDisk(@org.junit.jupiter.api.io.TempDir Path disk)
            throws IOException {
        for (String name :
                List.of("b/x y+z.jpg", "b/ü%20.png", "a/deep/er/1.jpg", "top.jpg", "a/.hidden.jpg", ".h/i.jpg")) {
            Path file = disk.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "content of " + name);
        }
        Files.writeString(disk.resolve("b/notes.txt"), "no image");
        serve(new S3Server()).putAll("same-names", "some prefix/", disk);
        server.put("same-names", "some prefix/b/", new byte[0]);
        server.put("same-names", "some prefix beside/c.jpg", bytes("of another folder"));
        LabelledImages local = ImageSources.open(disk);
        LabelledImages remote = open("s3://same-names/some prefix");
        assertThat(names(remote)).isEqualTo(names(local)).hasSize(4);
        assertThat(remote.fingerprint()).isEqualTo(local.fingerprint());
        for (int i = 0; i < local.size(); i++) {
            assertThat(remote.read(i)).isEqualTo(local.read(i));
            assertThat(remote.label(i)).isEqualTo(local.label(i));
        }
    }

    @ParameterizedTest
    @CsvSource({"cats, s3://cats/cats/", "cats-b, s3://cats-b/cats-b-2024", "cats-c, s3://cats-c"})
    void keysThatBeginWithTheBucketsNameAreNotMistakenForIt(String bucket, String location) throws IOException {
        String prefix = location.substring("s3://".length() + bucket.length()).replaceFirst("^/", "");
        String folder = prefix.isEmpty() ? bucket + "/" : prefix.endsWith("/") ? prefix : prefix + "/";
        serve(new S3Server()).bucket(bucket).put(bucket, folder + bucket + "/" + bucket + ".jpg", bytes("found"));
        LabelledImages images = open(location);
        assertThat(images.size()).isEqualTo(1);
        assertThat(images.name(0)).endsWith(bucket + "/" + bucket + ".jpg");
        assertThat(images.read(0)).asString().isEqualTo("found");
    }

    @Test
    void emptyAndLargeObjectsAreReadWhole() throws IOException {
        byte[] large = new byte[11 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 + i / 1000);
        }
        serve(new S3Server()).bucket("sizes").put("sizes", "0.jpg", new byte[0]).put("sizes", "1.jpg", large);
        LabelledImages images = open("s3://sizes");
        assertThat(images.read(0)).isEmpty();
        assertThat(images.read(1)).isEqualTo(large);
    }

    @Test
    void otherServersAreReachedByTheirAddress() throws IOException {
        serve(new S3Server()).bucket("other").put("other", "p/1.jpg", bytes("one"));
        settings.set("aws.endpointUrlS3", null).set("aws.accessKeyId", null).set("s3.spi.endpoint-protocol", "http");
        LabelledImages images = open("s3x://reader:secret@" + server.address() + "/other/p");
        assertThat(images.description()).contains("s3x://reader:***@" + server.address() + "/other/p: 1 image");
        assertThat(images.read(0)).asString().isEqualTo("one");
    }

    @Test
    void failuresOnTheWayAreTriedAgain() throws IOException {
        serve(new S3Server(S3Server.failingEvery(3)).pagesOf(10)).bucket("failing");
        IntStream.range(0, 60)
                .forEach(i -> server.put("failing", "%02d.jpg".formatted(i), bytes("image %02d".formatted(i))));
        LabelledImages images = open("s3://failing");
        assertThat(images.size()).isEqualTo(60);
        assertThat(images.description()).doesNotContain("unreadable");
        for (int i = 0; i < 60; i++) {
            assertThat(images.read(i)).asString().isEqualTo("image %02d".formatted(i));
        }
    }

    @Test
    void anObjectThatCannotBeHadFailsAloneAndAServerThatFailsEndsTheCommand() throws IOException {
        serve(new S3Server((n, exchange) -> S3Server.refusing("/secret.jpg", 403, "AccessDenied")
                                .happens(n, exchange)
                        || S3Server.refusing("/frozen.jpg", 403, "InvalidObjectState")
                                .happens(n, exchange)
                        || S3Server.refusing("/late.jpg", 403, "ExpiredToken").happens(n, exchange)))
                .bucket("refusing");
        for (String name : List.of("frozen", "gone", "late", "secret")) {
            server.put("refusing", name + ".jpg", bytes(name));
        }
        LabelledImages images = open("s3://refusing");
        server.remove("refusing", "gone.jpg");
        assertThatThrownBy(() -> images.read(0))
                .isInstanceOf(IOException.class)
                .rootCause()
                .hasMessageContaining("archived");
        assertThatThrownBy(() -> images.read(1)).isInstanceOf(java.nio.file.NoSuchFileException.class);
        assertThatThrownBy(() -> images.read(2))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("s3://refusing/late.jpg: the server refuses the credentials (ExpiredToken)");
        assertThatThrownBy(() -> images.read(3)).rootCause().isInstanceOf(java.nio.file.AccessDeniedException.class);
    }

    @Test
    void aListingThatBreaksOffIsNoShorterFolder() throws IOException {
        serve(new S3Server(S3Server.refusing("continuation-token", 403, "AccessDenied")).pagesOf(5))
                .bucket("partly");
        IntStream.range(0, 12).forEach(i -> server.put("partly", "a/" + i + ".jpg", bytes("x")));
        assertThatThrownBy(() -> open("s3://partly"))
                .isInstanceOf(DataException.class)
                .hasMessage("s3://partly/a/: permission denied; the credentials must allow to list the bucket");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3://| must be s3://BUCKET/PREFIX",
                "s3:///a| must be s3://BUCKET/PREFIX",
                "s3x://host| must be s3x://HOST/BUCKET/PREFIX",
                "s3://Upper_Case/a| Bucket name should not contain uppercase characters"
            })
    void malformedLocationsAreSaidToBe(String typed, String message) {
        assertThatThrownBy(() -> S3Locations.path(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void secretsAreNotShown() {
        assertThat(S3Locations.shown("s3x://key:se:cret@host:9000/b/k:1@2"))
                .isEqualTo("s3x://key:***@host:9000/b/k:1@2");
        assertThat(S3Locations.shown("--data=s3x://key:secret@host/b")).isEqualTo("--data=s3x://key:***@host/b");
        assertThat(S3Locations.shown("s3://bucket/a:b@c")).isEqualTo("s3://bucket/a:b@c");
    }

    private static LabelledImages open(String location) {
        return ImageSources.open(S3Locations.path(location), S3Locations.shown(location));
    }

    private static List<String> names(LabelledImages images) {
        return IntStream.range(0, images.size()).mapToObj(images::name).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
