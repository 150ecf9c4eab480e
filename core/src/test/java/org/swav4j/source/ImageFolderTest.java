package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;

class ImageFolderTest {
    @TempDir
    private Path root;

    @Test
    void findsNestedImagesInByteOrder() throws IOException {
        put("b/2.jpg", "b/10.JPG", "a/deep/er/x.WebP", "top.png", "B/1.tiff", "c/y.gif", "c/z.bmp", "c/w.jpe");
        put("notes.txt", ".hidden.jpg", ".cache/1.jpg", "a/._x.jpg", "a/jpg");
        ImageFolder folder = ImageFolder.open(root);
        assertThat(names(folder))
                .containsExactly(
                        "B/1.tiff",
                        "a/deep/er/x.WebP",
                        "b/10.JPG",
                        "b/2.jpg",
                        "c/w.jpe",
                        "c/y.gif",
                        "c/z.bmp",
                        "top.png");
        assertThat(folder.classNames()).containsExactly("B", "a", "b", "c");
        assertThat(IntStream.range(0, folder.size()).map(folder::label)).containsExactly(0, 1, 2, 2, 3, 3, 3, -1);
        assertThat(folder.read(0)).containsExactly("B/1.tiff".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(folder.description()).isEqualTo(root + ": 8 images in 4 folders");
    }

    /** UTF-8 puts U+FF5E before U+1F600; Java's own string order does not. */
    @Test
    void namesBeyondTheBasicPlaneAreInByteOrderToo() throws IOException {
        put("\uD83D\uDE00.jpg", "\uFF5E.jpg", "e.jpg");
        assertThat(names(ImageFolder.open(root))).containsExactly("e.jpg", "\uFF5E.jpg", "\uD83D\uDE00.jpg");
    }

    @Test
    void fingerprintDependsOnNamesAndSizesAlone() throws IOException {
        put("a/1.jpg", "b/2.jpg");
        String before = ImageFolder.open(root).fingerprint();
        assertThat(before).matches("[0-9a-f]{64}");
        put("unrelated.txt");
        assertThat(ImageFolder.open(root).fingerprint()).isEqualTo(before);
        Files.writeString(root.resolve("a/1.jpg"), "longer than it was");
        assertThat(ImageFolder.open(root).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void survivesLinksThatLoopAndFollowsOthers() throws IOException {
        put("a/1.jpg", "elsewhere/2.jpg");
        Files.createSymbolicLink(root.resolve("a/up"), root);
        Files.createSymbolicLink(root.resolve("a/self"), root.resolve("a"));
        Files.createSymbolicLink(root.resolve("a/dangling.jpg"), root.resolve("nothing"));
        Files.createSymbolicLink(root.resolve("a/link"), root.resolve("elsewhere"));
        ImageFolder folder = ImageFolder.open(root);
        assertThat(names(folder)).containsExactly("a/1.jpg", "a/link/2.jpg", "elsewhere/2.jpg");
        assertThat(folder.unreadable()).isZero();
    }

    @Test
    void anUnreadableFolderIsCountedAndLeftOut() throws IOException {
        put("a/1.jpg", "locked/2.jpg");
        Path locked = root.resolve("locked");
        locked.toFile().setReadable(false);
        Assumptions.assumeFalse(Files.isReadable(locked), "this user reads every folder");
        try {
            ImageFolder folder = ImageFolder.open(root);
            assertThat(names(folder)).containsExactly("a/1.jpg");
            assertThat(folder.description()).endsWith("(1 entries unreadable)");
        } finally {
            locked.toFile().setReadable(true);
        }
    }

    @Test
    void worksInsideAZipArchive() throws IOException {
        Path archive = root.resolve("images.zip");
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            Files.createDirectories(zip.getPath("/data/cat"));
            Files.writeString(zip.getPath("/data/cat/1.png"), "meow");
            ImageFolder folder = ImageFolder.open(zip.getPath("/data"));
            assertThat(names(folder)).containsExactly("cat/1.png");
            assertThat(folder.read(0)).hasSize(4);
        }
    }

    @Test
    void namesThatAreNoTextAreReadAllTheSame() throws IOException {
        Files.createDirectories(root.resolve("a"));
        Path folder = undecodable("a/caf%E9");
        Assumptions.assumeTrue(folder.toString().contains("\uFFFD"), "this system has no such names");
        try {
            Files.createDirectory(folder);
            Files.writeString(undecodable("a/caf%E9/1.jpg"), "in a folder");
            Files.writeString(undecodable("a/%FF%FE.png"), "two");
            Files.writeString(undecodable("a/%FF%FF.png"), "three");
        } catch (IOException e) {
            Assumptions.abort("this file system has no such names: " + e);
        }
        put("a/1.jpg");
        ImageFolder images = ImageFolder.open(root);
        assertThat(names(images)).containsExactly("a/%FF%FE.png", "a/%FF%FF.png", "a/1.jpg", "a/caf%E9/1.jpg");
        assertThat(images.read(0)).asString().isEqualTo("two");
        assertThat(images.read(1)).asString().isEqualTo("three");
        assertThat(images.read(3)).asString().isEqualTo("in a folder");
        assertThat(images.unreadable()).isZero();
    }

    private Path undecodable(String escaped) {
        return Path.of(URI.create(root.toUri() + escaped));
    }

    @Test
    void foldersNamedLikeImagesAreFolders() throws IOException {
        put("x.jpg/1.png", "empty.jpg/note.txt");
        Files.createFile(root.resolve("zero.jpg"));
        ImageFolder folder = ImageFolder.open(root);
        assertThat(names(folder)).containsExactly("x.jpg/1.png", "zero.jpg");
        assertThat(folder.classNames()).containsExactly("x.jpg");
        assertThat(folder.read(1)).isEmpty();
    }

    @Test
    void whatVanishesOrIsReplacedAfterwardsFailsToRead() throws IOException {
        put("1.jpg", "2.jpg", "3.jpg");
        ImageFolder folder = ImageFolder.open(root);
        Files.delete(root.resolve("1.jpg"));
        Files.delete(root.resolve("2.jpg"));
        Files.createDirectory(root.resolve("2.jpg"));
        Files.writeString(root.resolve("3.jpg"), "longer than it was");
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> folder.read(0));
        assertThatIOException().isThrownBy(() -> folder.read(1)).withMessage("not a file");
        assertThat(folder.read(2)).asString().isEqualTo("longer than it was");
    }

    @Test
    void filesOfMoreThanHalfAGigabyteAreNotRead() throws IOException {
        try (RandomAccessFile sparse =
                new RandomAccessFile(root.resolve("1.jpg").toFile(), "rw")) {
            sparse.setLength((512L << 20) + 1);
        }
        ImageFolder folder = ImageFolder.open(root);
        assertThatIOException()
                .isThrownBy(() -> folder.read(0))
                .withMessage("536,870,913 bytes, more than the 536,870,912 accepted");
    }

    /** The names' order is that of the whole path: '-' and '.' come before the '/' that ends a folder's name. */
    @Test
    void manyNamesAreInOneOrderAndKeepTheirSizesAndLabels() throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            String folder = new String[] {"a", "a-b", "a.b", "a/b", "\u00e9", "aa"}[i % 6];
            names.add(folder + "/" + i * 7919 % 601 + ".jpg");
        }
        put(names.toArray(String[]::new));
        ImageFolder folder = ImageFolder.open(root);
        assertThat(names(folder))
                .containsExactlyElementsOf(names.stream().sorted().toList());
        for (int i = 0; i < folder.size(); i++) {
            assertThat(folder.read(i)).asString().isEqualTo(folder.name(i));
            assertThat(folder.classNames().get(folder.label(i)))
                    .isEqualTo(folder.name(i).substring(0, folder.name(i).indexOf('/')));
        }
    }

    @Test
    void saysWhatIsWrongWithTheFolder() throws IOException {
        refused(root.resolve("missing"), "no such folder");
        put("file.txt");
        refused(root.resolve("file.txt"), "is a file; give the folder that holds the images");
        Path empty = Files.createDirectories(root.resolve("empty/nested"));
        refused(empty.getParent(), "the folder is empty");
    }

    @Test
    void saysWhatWasFoundInsteadOfImages() throws IOException {
        put("1.txt", "2.txt", "3.csv", "README");
        refused(
                root,
                "4 files, none an image (.txt, .csv, no extension); images are .jpg, .png, .webp, .bmp, .tif or .gif");
    }

    private void refused(Path path, String message) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ImageFolder.open(path))
                .withMessage(path + ": " + message);
    }

    private void put(String... names) throws IOException {
        for (String name : names) {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
    }

    private static Iterable<String> names(ImageFolder folder) {
        return IntStream.range(0, folder.size()).mapToObj(folder::name).toList();
    }
}
