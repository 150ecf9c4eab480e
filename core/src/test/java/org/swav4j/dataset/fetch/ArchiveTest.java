package org.swav4j.dataset.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.data.DataException;

class ArchiveTest {
    @TempDir
    private Path folder;

    @Test
    void filesComeInTheArchivesOrder() throws IOException {
        Packed packed = new Packed().with("b/2.txt", "two").with("./a/1.txt", "one");
        List<String> seen = List.of("b/2.txt=two", "a/1.txt=one");
        assertThat(read("x.tgz", packed.tarGz())).isEqualTo(seen);
        assertThat(read("x.tar.gz", packed.tarGz())).isEqualTo(seen);
        assertThat(read("x.zip", packed.zip())).isEqualTo(seen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../out",
                "/etc/passwd",
                "a/../../out",
                "a//b",
                "C:\\out",
                "a\\..\\b",
                "a/./b",
                "a\nb",
                "..",
                "C:x"
            })
    void namesThatLeadOutAreRefused(String name) {
        Packed packed = new Packed().with("fine.txt", "fine").with(name, "evil");
        assertThatThrownBy(() ->
                        read("x.tgz", packed.tarGz(e -> e.setName(e.getName().equals("fine.txt") ? "fine.txt" : name))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("refused: its entry")
                .hasMessageNotContaining("\n");
        assertThat(EntryName.safe(name)).isFalse();
    }

    @Test
    void aZipThatLeadsOutIsRefused() {
        assertThatThrownBy(
                        () -> read("x.zip", new Packed().with("../out", "evil").zip()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("refused: its entry '../out' leads out of the archive");
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                TarConstants.LF_SYMLINK,
                TarConstants.LF_LINK,
                TarConstants.LF_CHR,
                TarConstants.LF_BLK,
                TarConstants.LF_FIFO
            })
    void linksAndDevicesAreRefused(byte kind) throws IOException {
        byte[] archive = tarWith(kind);
        assertThatThrownBy(() -> read("x.tgz", archive))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("refused: its entry 'train/link' is a link or a device");
    }

    @Test
    void aLinkInAZipIsRefused() {
        assertThatThrownBy(() ->
                        read("x.zip", new Packed().with("link", "/etc/passwd").zip(e -> e.setUnixMode(0120777))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is a link");
    }

    @Test
    void damagedArchivesAreSaidToBe() {
        byte[] whole = new Packed().with("a", FileServer.content(5000, 1)).tarGz();
        assertThatThrownBy(() -> read("x.tgz", Arrays.copyOf(whole, whole.length / 2)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("x.tgz: cannot be unpacked");
        assertThatThrownBy(
                        () -> read("y.tgz", "<html>not found</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("y.tgz: cannot be unpacked");
        assertThatThrownBy(() -> read("z.zip", new byte[100]))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("z.zip: cannot be unpacked");
    }

    @Test
    void aSmallFileThatIsMissingIsNamed() throws IOException {
        Path file =
                Files.write(folder.resolve("x.tgz"), new Packed().with("a", "1").tarGz());
        assertThat(new Archive(file).small(List.of("a")).get("a")).isEqualTo(new byte[] {'1'});
        assertThatThrownBy(() -> new Archive(file).small(List.of("a", "b")))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith("x.tgz: 'b' is missing from the archive");
    }

    @Test
    void outputIsBoundedAndStaysBelowItsFolder() throws IOException {
        Path root = Files.createDirectory(folder.resolve("out"));
        Output output = new Output(root, 1000, images -> {});
        output.image("train/cat", "1.png", new byte[600]);
        assertThat(root.resolve("train/cat/1.png")).hasSize(600);
        assertThatThrownBy(() -> output.image("train/cat", "2.png", new ByteArrayInputStream(new byte[500])))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("more than the 1000 bytes");
        Output second = new Output(root, 1000, images -> {});
        assertThatThrownBy(() -> second.image("../cat", "1.png", new byte[1])).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> second.image("train/cat", "1.png", new byte[1]))
                .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
        assertThat(second.images()).isZero();
    }

    private static byte[] tarWith(byte kind) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (var tar = new org.apache.commons.compress.archivers.tar.TarArchiveOutputStream(
                new java.util.zip.GZIPOutputStream(bytes))) {
            TarArchiveEntry entry = new TarArchiveEntry("train/link", kind);
            entry.setLinkName("/etc/passwd");
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private List<String> read(String name, byte[] archive) throws IOException {
        Path file = Files.write(folder.resolve(name), archive);
        List<String> seen = new ArrayList<>();
        new Archive(file).visit((entry, content) -> {
            seen.add(entry + "=" + new String(content.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            return true;
        });
        return seen;
    }
}
