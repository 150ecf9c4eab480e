package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.swav4j.source.ZipImagesTest.content;
import static org.swav4j.source.ZipImagesTest.names;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Images;

class ImageSourcesTest {
    private static final String ACCEPTED = "give a folder of images, tar shards, a .zip, CIFAR's .bin batches,"
            + " a .txt list of paths, or a .csv or .jsonl manifest";

    @TempDir
    private Path directory;

    @Test
    void recognisesEveryKind() throws IOException {
        put("photos/a/1.jpg", "x");
        assertThat(ImageSources.open(directory.resolve("photos"))).isInstanceOf(ImageFolder.class);
        assertThat(ImageSources.open(put("list.txt", "photos/a/1.jpg"))).isInstanceOf(ImageList.class);
        assertThat(ImageSources.open(put("list.CSV", "photos/a/1.jpg,x"))).isInstanceOf(ImageList.class);
        assertThat(ImageSources.open(put("list.jsonl", "{\"path\": \"photos/a/1.jpg\"}")))
                .isInstanceOf(ImageList.class);
        assertThat(ImageSources.open(Files.write(directory.resolve("b.bin"), new byte[3073])))
                .isInstanceOf(CifarBinary.class);
    }

    @Test
    void anArchiveIsKnownByItsContentAndFoldersInItByItsPath() throws IOException {
        RawZip zip = new RawZip();
        zip.stored("top/a/1.jpg", content("1"));
        zip.stored("top/b/c/2.jpg", content("2"));
        byte[] bytes = zip.bytes(false, "");
        for (String name : new String[] {"x.zip", "x.txt", "archive"}) {
            Path archive = Files.write(directory.resolve(name), bytes);
            assertThat(names(ImageSources.open(archive))).containsExactly("a/1.jpg", "b/c/2.jpg");
            assertThat(names(ImageSources.open(archive.resolve("b")))).containsExactly("c/2.jpg");
            assertThat(names(ImageSources.open(archive.resolve("b/c")))).containsExactly("2.jpg");
        }
    }

    /** Lists, notes and labels often lie beside the images. */
    @Test
    void imagesInAFolderComeBeforeAllElseInIt() throws IOException {
        put("photos/1.jpg", "x");
        put("photos/list.txt", "1.jpg");
        put("photos/old.tar", "x");
        put("photos/data_batch_1.bin", "x");
        assertThat(names(ImageSources.open(directory.resolve("photos")))).containsExactly("1.jpg");
    }

    @Test
    void theBytesOfAllImagesAreKnownWhereNoneIsAskedFor() throws IOException {
        put("photos/a/1.jpg", "one");
        put("photos/a/2.png", "two and more");
        put("photos/notes.txt", "no image");
        put("photos/empty.jpg", "");
        RawZip zip = new RawZip();
        zip.deflated("a/1.jpg", "compressed".repeat(50).getBytes(StandardCharsets.UTF_8));
        zip.stored("b.jpg", content("b"));
        zip.stored("b.jpg", content("replaces it"));
        byte[] tar = new Tars()
                .file("0.jpg", "image")
                .file("0.cls", "7")
                .file("1.jpg", "x".repeat(700))
                .bytes();
        Files.createDirectory(directory.resolve("shards"));
        Files.write(directory.resolve("shards/a.tar"), tar);
        Files.write(directory.resolve("shards/b.tar.gz"), Tars.gzip(tar));
        List<Path> places = List.of(
                directory.resolve("photos"),
                zip.write(directory.resolve("x.zip")),
                directory.resolve("shards"),
                Files.write(directory.resolve("b.bin"), new byte[2 * 3073]));
        for (Path place : places) {
            for (ImageSource images :
                    List.of(ImageSources.open(place), ImageSources.open(place, "s3://bucket/photos"))) {
                long sum = 0;
                for (int i = 0; i < images.size(); i++) {
                    sum += images.read(i).length;
                }
                assertThat(images.bytes()).as(images.description()).hasValue(sum);
            }
        }
        assertThat(ImageSources.open(put("list.txt", "photos/a/1.jpg")).bytes()).isEmpty();
    }

    @Test
    void sizesThatCannotBeHaveNoSum() {
        ImageIndex.Builder index = new ImageIndex.Builder(directory);
        index.add("a.jpg", 3, null);
        index.add("b.jpg", Long.MAX_VALUE - 3, null);
        assertThat(index.build(index.order((first, again) -> {})).bytes()).hasValue(Long.MAX_VALUE);
        index.add("c.jpg", 1, null);
        index.add("d.jpg", 1, null);
        assertThat(index.build(index.order((first, again) -> {})).bytes()).isEmpty();
        index.add("b.jpg", ImageIndex.Builder.UNKNOWN, null);
        assertThat(index.build(index.order((first, again) -> {})).bytes()).isEmpty();
        index.add("b.jpg", 1, null);
        assertThat(index.build(index.order((first, again) -> {})).bytes()).hasValue(6);
    }

    @Test
    void saysWhatIsAcceptedInstead() throws IOException {
        refused(directory.resolve("none"), "no such file or folder");
        refused(put("empty.txt", ""), "the file is empty");
        refused(put("notes.docx", "text"), "is no kind of file that images are read from; " + ACCEPTED);
        refused(
                put("dir/weights.pt", "x").getParent(),
                "1 file, none an image (.pt); images are .jpg, .png, .webp," + " .bmp, .tif or .gif");
        put("dir/photos.zip", "x");
        refused(
                directory.resolve("dir"),
                "2 files, none an image (.pt, .zip); images are .jpg, .png, .webp,"
                        + " .bmp, .tif or .gif; to read photos.zip, give it by itself");
        refused(put("fake.zip", "text"), "has no end of a zip archive: truncated, or no zip; copy it again");
        refused(directory.resolve("notes.docx/train"), "notes.docx is a file, and no zip archive");
        Path image = directory.resolve("image.txt");
        Files.write(image, Images.encoded(".png", 8, 8, opencv_core.CV_8UC3, 1));
        refused(image, "is a single image; give the folder that holds it");
        Path gzip = Files.write(directory.resolve("list.txt.gz"), new byte[] {0x1F, (byte) 0x8B, 8, 0});
        refused(gzip, "is compressed by gzip; only .tar.gz and .tgz are read so; unpack it");
        Path random = Files.write(directory.resolve("random.bin"), new byte[100]);
        refused(random, "100 bytes are not whole records of CIFAR-10, which have 3,073; download it again");
        Path device = Path.of("/dev/null");
        Assumptions.assumeTrue(Files.exists(device), "this system has no /dev/null");
        refused(device, "is neither a file nor a folder; " + ACCEPTED);
    }

    @Test
    void aFileThatMayNotBeReadIsSaidToBeSo() throws IOException {
        Path file = put("list.txt", "a.jpg");
        file.toFile().setReadable(false);
        Assumptions.assumeFalse(Files.isReadable(file), "this user reads every file");
        refused(file, "permission denied; make the file readable to this user");
    }

    private void refused(Path path, String message) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ImageSources.open(path))
                .withMessage(path + ": " + message);
    }

    private Path put(String name, String text) throws IOException {
        Files.createDirectories(directory.resolve(name).getParent());
        return Files.writeString(directory.resolve(name), text);
    }
}
