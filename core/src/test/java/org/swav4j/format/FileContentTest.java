package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileContentTest {
    private static final String DOWNLOAD = ", which a failed download leaves; download the file again";
    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("\u0089PNG\r\n\u001a", "is a PNG image"),
            Map.entry("\u00ff\u00d8\u00ff\u00e0", "is a JPEG image"),
            Map.entry("GIF89a", "is a GIF image"),
            Map.entry("\u001f\u008b\b", "is compressed with gzip; gunzip unpacks it"),
            Map.entry("\u0028\u00b5\u002f\u00fd", "is compressed with zstd; unzstd unpacks it"),
            Map.entry("\u0089HDF\r\n", "is an HDF5 file, as Keras saves"),
            Map.entry("\u0093NUMPY\u0001", "is an array of numpy's"),
            Map.entry("\b\b\u0012\u0007pytorch", "is an ONNX model; give the checkpoint that it was made from"),
            Map.entry("\r\n <!DOCTYPE HTML><html>", "is an HTML page" + DOWNLOAD),
            Map.entry("\u00ef\u00bb\u00bf<html>", "is an HTML page" + DOWNLOAD),
            Map.entry("<?xml version=\"1.0\"?><Error>", "is XML" + DOWNLOAD),
            Map.entry("{\"error\": 404}", "is JSON"),
            Map.entry(
                    "version https://git-lfs.github.com/spec/v1\noid sha256:0",
                    "is git-lfs's pointer to a file; 'git lfs pull' fetches the file"),
            Map.entry(
                    "@\u0001\0\0\0\0\0\0{\"a\"",
                    "is the beginning of a safetensors file; the rest is missing, copy it again"));

    @TempDir
    private Path directory;

    @Test
    void itIsToldByTheFirstBytes() throws IOException {
        for (Map.Entry<String, String> each : KNOWN.entrySet()) {
            assertThat(FileContent.describe(file(each.getKey())))
                    .as(each.getKey())
                    .contains(each.getValue());
        }
    }

    @Test
    void emptyFilesAndOldTarsAreTold() throws IOException {
        assertThat(FileContent.describe(file(""))).contains("is empty; save or download it again");
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        Path file = Files.write(directory.resolve("file.pth.tar"), tar);
        assertThat(FileContent.describe(file)).contains("is a tar archive; unpack it");
        Files.write(file, Arrays.copyOf(tar, 261));
        assertThat(FileContent.describe(file)).isEmpty();
    }

    @Test
    void whatIsNotKnownIsNotNamed() throws IOException {
        for (String head : List.of("x", "{", "\u0080\u0002\u008a\n", "PK\u0003\u0004", "\b\b", "\u0089PN")) {
            assertThat(FileContent.describe(file(head))).as(head).isEmpty();
        }
    }

    private Path file(String head) throws IOException {
        return Files.write(directory.resolve("file.pth"), head.getBytes(StandardCharsets.ISO_8859_1));
    }
}
