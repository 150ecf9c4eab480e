package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.swav4j.source.ZipImagesTest.content;
import static org.swav4j.source.ZipImagesTest.names;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;

/** Archives that are damaged, or meant to do harm. Next to each bad entry lies a good one, which stays readable. */
class ZipHostileTest {
    @TempDir
    private Path directory;

    private Path archive;

    @BeforeEach
    void name() {
        archive = directory.resolve("x.zip");
    }

    @Test
    void anEntryThatCannotBeReadSaysWhy() throws IOException {
        reads(e -> e.flags = 1, "encrypted; unpack the archive with its password and give the folder");
        reads(e -> e.method = 12, "compressed by another method than deflate; pack it anew or unpack it");
        reads(e -> e.crc++, "damaged in the archive: its checksum differs");
        reads(e -> e.offset++, "damaged archive: there is no entry where its table of contents says");
        reads(e -> e.offset = 0xFFFFFFF0L, "damaged archive: it would lie beyond the archive's end");
        reads(e -> e.compressed = 1 << 28, "damaged archive: it would lie beyond the archive's end");
        reads(e -> e.size = 600 << 20, "more than the 536,870,912 bytes accepted");
        reads(e -> e.size = 500 << 20, "bytes in the archive cannot unpack to 524,288,000");
        reads(e -> e.size--, "unpacks to more than the 5,002 bytes it is said to have");
        reads(e -> e.size++, "damaged in the archive: 5,003 of 5,004 bytes unpack");
        reads(e -> e.compressed -= 1000, "bytes unpack");
        reads(
                e -> {
                    e.zip64 = true;
                    e.offset = Long.MAX_VALUE;
                },
                "damaged archive: it would lie beyond the archive's end");
        reads(
                e -> {
                    e.zip64 = true;
                    e.size = -1;
                },
                "more than the 536,870,912 bytes accepted");
    }

    private void reads(Consumer<RawZip.Entry> lie, String message) throws IOException {
        RawZip zip = new RawZip();
        lie.accept(zip.deflated("bad.jpg", content("bad")));
        zip.deflated("good.jpg", content("good"));
        ZipImages images = ZipImages.open(zip.write(archive));
        assertThat(images.fingerprint()).isNotEmpty();
        assertThatIOException().isThrownBy(() -> images.read(0)).withMessageContaining(message);
        assertThat(images.read(1)).isEqualTo(content("good"));
    }

    @Test
    void aStoredEntryWhoseTwoSizesDifferIsRefused() throws IOException {
        RawZip zip = new RawZip();
        zip.stored("bad.jpg", content("bad")).size = 1 << 20;
        zip.stored("good.jpg", content("good"));
        ZipImages images = ZipImages.open(zip.write(archive));
        assertThat(images.description()).endsWith("2 images (1 that cannot be unpacked)");
        assertThatIOException().isThrownBy(() -> images.read(0)).withMessageContaining("cannot unpack to 1,048,576");
    }

    /** A gigabyte of zeros in a megabyte, said to be an image of a hundred bytes. */
    @Test
    void aBombIsNotUnpacked() throws IOException {
        RawZip zip = new RawZip();
        zip.deflated("bomb.jpg", new byte[200 << 20]).size = 100;
        zip.stored("good.jpg", content("good"));
        ZipImages images = ZipImages.open(zip.write(archive));
        assertThatIOException()
                .isThrownBy(() -> images.read(0))
                .withMessage("unpacks to more than the 100 bytes it is said to have");
    }

    @Test
    void namesThatLeadElsewhereAreLeftOutOrMadeRelative() throws IOException {
        RawZip zip = new RawZip();
        for (String name : new String[] {
            "/etc/a/1.jpg",
            "../up.jpg",
            "b/../../up.jpg",
            "b\\..\\..\\up.jpg",
            "C:\\win\\2.jpg",
            "./b//3.jpg",
            "..",
            "/",
            "b/.."
        }) {
            zip.stored(name, content(name));
        }
        ZipImages images = ZipImages.open(zip.write(archive));
        assertThat(names(images)).containsExactly("b/3.jpg", "etc/a/1.jpg", "win/2.jpg");
        assertThat(images.description()).endsWith("(3 entries with .. in their names left out)");
        assertThat(images.read(1)).isEqualTo(content("/etc/a/1.jpg"));
    }

    @Test
    void ofEntriesWithOneNameTheLastIsTaken() throws IOException {
        RawZip zip = new RawZip();
        zip.stored("a.jpg", content("first"));
        zip.stored("b.jpg", content("b"));
        zip.stored("./a.jpg", content("last"));
        ZipImages images = ZipImages.open(zip.write(archive));
        assertThat(names(images)).containsExactly("a.jpg", "b.jpg");
        assertThat(images.read(0)).isEqualTo(content("last"));
        assertThat(images.description()).endsWith("2 images (1 entries replaced by later ones of the same name)");
    }

    @Test
    void linksAreSkipped() throws IOException {
        RawZip zip = new RawZip();
        RawZip.Entry link = zip.stored("link.jpg", "/etc/passwd".getBytes(StandardCharsets.UTF_8));
        link.madeBy = 3;
        link.attributes = 0xA1FF << 16;
        zip.stored("a.jpg", content("a"));
        assertThat(names(ZipImages.open(zip.write(archive)))).containsExactly("a.jpg");
    }

    @Test
    void saysWhatIsWrongWithTheArchive() throws IOException {
        refused(new byte[0], "has no end of a zip archive: truncated, or no zip; copy it again");
        refused(new RawZip().bytes(false, ""), "the archive is empty");
        RawZip texts = new RawZip();
        texts.stored("a/1.txt", new byte[3]);
        refused(
                texts.bytes(false, ""),
                "1 file, none an image (.txt); images are .jpg, .png, .webp, .bmp, .tif or .gif");
        RawZip locked = new RawZip();
        locked.stored("a.jpg", content("a")).flags = 1;
        refused(
                locked.bytes(false, ""),
                "none of its images can be read: encrypted; unpack the archive with its password and give the folder");
        Files.delete(archive);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ZipImages.open(archive))
                .withMessage(archive + ": no such file");
    }

    private void refused(byte[] bytes, String message) throws IOException {
        Files.write(archive, bytes);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ZipImages.open(archive))
                .withMessage(archive + ": " + message);
    }

    /** Wherever it is cut and whichever byte differs, the archive is refused or its entries are, and nothing else. */
    @Test
    void damageAnywhereIsAnErrorOfTheArchiveOrOfAnEntry() throws IOException {
        for (boolean zip64 : new boolean[] {false, true}) {
            RawZip zip = new RawZip();
            zip.stored("a/1.jpg", Arrays.copyOf(content("one"), 50)).zip64 = zip64;
            zip.deflated("a/2.jpg", Arrays.copyOf(content("two"), 400)).zip64 = zip64;
            byte[] whole = zip.bytes(zip64, "");
            for (int length = 0; length < whole.length; length++) {
                survives(Arrays.copyOf(whole, length));
            }
            Random random = new Random(5);
            for (int at = 0; at < whole.length; at++) {
                for (int value : new int[] {0xFF, random.nextInt(256)}) {
                    byte[] damaged = whole.clone();
                    damaged[at] = (byte) value;
                    survives(damaged);
                }
            }
        }
    }

    private void survives(byte[] bytes) throws IOException {
        Files.write(archive, bytes);
        ZipImages images;
        try {
            images = ZipImages.open(archive);
        } catch (DataException e) {
            assertThat(e.getMessage()).startsWith(archive + ": ").doesNotContain("\n");
            return;
        }
        for (int i = 0; i < images.size(); i++) {
            try {
                assertThat(images.read(i)).hasSizeLessThan(1 << 20);
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void anArchiveThatChangesOrVanishesFailsToRead() throws IOException {
        RawZip zip = new RawZip();
        zip.stored("a.jpg", content("a"));
        ZipImages images = ZipImages.open(zip.write(archive));
        byte[] whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, 100));
        assertThatIOException().isThrownBy(() -> images.read(0)).withMessageContaining("it was changed since");
        Files.write(archive, new byte[10]);
        assertThatIOException().isThrownBy(() -> images.read(0));
        Files.delete(archive);
        assertThatIOException().isThrownBy(() -> images.read(0));
    }
}
