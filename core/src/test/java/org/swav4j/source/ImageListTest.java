package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.swav4j.source.ZipImagesTest.names;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;

class ImageListTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void images() throws IOException {
        for (String name : new String[] {"cat/1.jpg", "cat/2, and 3.jpg", "dog/1.jpg", "top.png", "ü.jpg"}) {
            Files.createDirectories(directory.resolve(name).getParent());
            Files.writeString(directory.resolve(name), name);
        }
    }

    @Test
    void aTextListHasAPathALineAndFoldersAsClasses() throws IOException {
        Path absolute = directory.resolve("top.png").toAbsolutePath();
        LabelledImages list = open(
                "list.txt",
                "\uFEFF# mine\r\n./dog//1.jpg\r\n\r\n  \r\ncat/2, and 3.jpg\r\ncat/1.jpg\r\nü.jpg\r\n" + absolute);
        assertThat(names(list))
                .containsExactly(absolute.toString(), "cat/1.jpg", "cat/2, and 3.jpg", "dog/1.jpg", "ü.jpg");
        assertThat(list.classNames()).containsExactly("cat", "dog");
        assertThat(IntStream.range(0, 5).map(list::label)).containsExactly(-1, 0, 0, 1, -1);
        assertThat(list.read(0)).asString().isEqualTo("top.png");
        assertThat(list.read(2)).asString().isEqualTo("cat/2, and 3.jpg");
        assertThat(list.read(3)).asString().isEqualTo("dog/1.jpg");
        assertThat(list.description()).isEqualTo(directory.resolve("list.txt") + ": 5 images in 2 folders");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "cat/1.jpg,feline;dog/1.jpg,canine;top.png",
                "path,label;cat/1.jpg,feline;dog/1.jpg,canine;top.png,",
                "label,width,PATH;feline,3,cat/1.jpg;canine,3,\"dog/1.jpg\";,,top.png"
            })
    void aCsvManifestHasPathsAndLabels(String csv) throws IOException {
        LabelledImages list = open("list.csv", csv.replace(";", "\r\n"));
        assertThat(names(list)).containsExactly("cat/1.jpg", "dog/1.jpg", "top.png");
        assertThat(list.classNames()).containsExactly("canine", "feline");
        assertThat(IntStream.range(0, 3).map(list::label)).containsExactly(1, 0, -1);
        assertThat(list.description()).endsWith(": 3 images in 2 classes");
    }

    @Test
    void quotedFieldsMayHoldCommas() throws IOException {
        LabelledImages list = open("list.csv", "\"cat/2, and 3.jpg\",\"say \"\"cat\"\"\"");
        assertThat(list.read(0)).asString().isEqualTo("cat/2, and 3.jpg");
        assertThat(list.classNames()).containsExactly("say \"cat\"");
    }

    @Test
    void aJsonManifestHasAnObjectALine() throws IOException {
        LabelledImages list = open("list.jsonl", """
                {"path": "dog/1.jpg", "label": 7, "width": 12}
                {"path": "cat/1.jpg", "label": "cat"}

                {"path": "top.png", "label": null}
                {"path": "\\u00fc.jpg"}
                """);
        assertThat(names(list)).containsExactly("cat/1.jpg", "dog/1.jpg", "top.png", "ü.jpg");
        assertThat(list.classNames()).containsExactly("7", "cat");
        assertThat(IntStream.range(0, 4).map(list::label)).containsExactly(1, 0, -1, -1);
    }

    @Test
    void theOrderOfTheLinesAndRepeatedOnesDoNotMatter() throws IOException {
        LabelledImages one = open("1.csv", "top.png,b\ncat/1.jpg,a\ndog/1.jpg,c\n");
        LabelledImages other = open("2.csv", "dog/1.jpg,c\n./cat/1.jpg,a\ntop.png,b\ncat/1.jpg,a\n");
        assertThat(names(one)).isEqualTo(names(other));
        assertThat(one.fingerprint()).isEqualTo(other.fingerprint()).matches("[0-9a-f]{64}");
        assertThat(IntStream.range(0, 3).map(other::label)).containsExactly(0, 2, 1);
        assertThat(other.description()).endsWith("(1 line repeated)");
        assertThat(open("3.csv", "top.png,z\ncat/1.jpg\ndog/1.jpg").fingerprint())
                .as("labels are no part of it")
                .isEqualTo(one.fingerprint());
    }

    @ParameterizedTest
    @CsvSource({"UTF-8,''", "UTF-8,\uFEFF", "UTF-16LE,\uFEFF", "UTF-16BE,\uFEFF"})
    void encodingsGoByTheMark(String charset, String mark) throws IOException {
        Path list = directory.resolve("list.txt");
        Files.write(list, (mark + "ü.jpg\r\n").getBytes(Charset.forName(charset)));
        assertThat(ImageList.open(list).read(0)).asString().isEqualTo("ü.jpg");
    }

    @Test
    void pathsMayBeAddressesOfAnotherFileSystem() throws IOException {
        Path archive = directory.resolve("x.zip");
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            Path image = Files.writeString(zip.getPath("/a.jpg"), "zipped");
            Path list = Files.writeString(zip.getPath("/list.txt"), "a.jpg\n");
            assertThat(ImageList.open(list).read(0)).asString().isEqualTo("zipped");
            assertThat(image.toUri().toString()).startsWith("jar:");
        }
        String address = directory.resolve("ü.jpg").toUri().toString();
        assertThat(open("list.txt", address.replace("file:/", "file:///").replace("////", "//"))
                        .read(0))
                .asString()
                .isEqualTo("ü.jpg");
    }

    @Test
    void imagesThatAreMissingOrNoFilesFailToBeRead() throws IOException {
        Files.createDirectory(directory.resolve("folder.jpg"));
        LabelledImages list = open("list.txt", "top.png\nnone.jpg\nfolder.jpg\n");
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> list.read(1));
        assertThatIOException().isThrownBy(() -> list.read(0)).withMessage("not a file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "x.txt| ;# only a comment|: lists no images; write a path a line",
                "x.txt| a\0b|:1: not text in UTF-8; save the list as UTF-8",
                "x.txt| top.png;nowhere://a/b.jpg|:2: nowhere://a/b.jpg: there is no file system for this; give a path",
                "x.txt| top.png;s3://a b|:2: s3://a b: is no address; write a space as %20",
                "x.csv| path,label|: lists no images; write a path a line",
                "x.csv| top.png,1;;,3|:3: the path is empty",
                "x.csv| top.png,1,2|:1: 3 fields, but at most 2 are expected, path,label; a header may name others",
                "x.csv| path,label;top.png,1,2|:2: 3 fields, but the header has 2",
                "x.csv| label,path;top.png|:2: 1 fields, but the header has 2",
                "x.csv| top.png,1;;cat/1.jpg,2;top.png,2|:4: gives another label than line 1 to the same image",
                "x.csv| top.png,1;\"cat|:2: a quote that is never closed",
                "x.jsonl| {\"path\":\"top.png\"};[1]|:2: needs a JSON object with a text \"path\", such as {\"path\": \"a/1.jpg\"}",
                "x.jsonl| {\"path\":3}|:1: needs a JSON object with a text \"path\", such as {\"path\": \"a/1.jpg\"}",
                "x.jsonl| {\"path\":\"top.png\",\"label\":1.5}|:1: \"label\" must be text or a whole number",
                "x.jsonl| {\"path\":\"top.png\",\"label\":[1]}|:1: \"label\" must be text or a whole number",
                "x.md| top.png|: is no list by its name; lists are .txt, .csv or .jsonl"
            })
    void saysWhatIsWrongInWhichLine(String name, String text, String message) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> open(name, text.replace(";", "\n").replace("\\0", "\0")))
                .withMessage(directory.resolve(name) + message);
    }

    @Test
    void saysWhereAListThatLiesInTheWrongFolderLooks() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> open("x.txt", "# a list\nphotos/2.jpg\nphotos/1.jpg\n"))
                .withMessage(
                        "%s:3: there is no %s, nor any other of 2 looked for; paths are relative to the list's"
                                + " folder",
                        directory.resolve("x.txt"), directory.resolve("photos/1.jpg"));
    }

    @Test
    void hostileTextIsRefusedInOneLine() {
        for (String bad : new String[] {"{", "{\"path\":", "[".repeat(5000), "nul", "\"\\ud800", "x".repeat(1 << 21)}) {
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(() -> open("x.jsonl", bad))
                    .satisfies(e -> assertThat(e.getMessage())
                            .startsWith(directory.resolve("x.jsonl") + ":1: ")
                            .doesNotContain("\n")
                            .hasSizeLessThan(400));
        }
        byte[] latin1 = "caf\u00e9.jpg".getBytes(StandardCharsets.ISO_8859_1);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ImageList.open(Files.write(directory.resolve("l.txt"), latin1)))
                .withMessageEndingWith("l.txt:1: not text in UTF-8; save the list as UTF-8");
    }

    @Test
    void aHundredThousandLinesAreReadInAMoment() throws IOException {
        String text = IntStream.range(0, 100_000)
                .mapToObj(i -> "cat/" + i * 7919L % 100_003 + ".jpg," + i % 10)
                .collect(Collectors.joining("\n", "", "\nTop.png,3\n"));
        Files.createFile(directory.resolve("Top.png"));
        LabelledImages list = open("list.csv", text + "cat/1.jpg,8");
        assertThat(list.size()).isEqualTo(100_001);
        assertThat(list.classNames()).hasSize(10);
        assertThat(list.name(0)).isEqualTo("Top.png");
    }

    private LabelledImages open(String name, String text) throws IOException {
        return ImageList.open(Files.writeString(directory.resolve(name), text));
    }
}
