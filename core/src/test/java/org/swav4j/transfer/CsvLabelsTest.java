package org.swav4j.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.data.DataException;

class CsvLabelsTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void images() throws IOException {
        file = folder.resolve("labels.csv");
        Files.createDirectories(folder.resolve("in"));
        for (String image : List.of("a.jpg", "b.jpg", "in/c, d.jpg")) {
            Files.write(folder.resolve(image), new byte[] {7});
        }
    }

    private MultiLabelImages open(String text, String... expected) throws IOException {
        Files.writeString(file, text);
        return CsvLabels.open(file, folder, List.of(expected));
    }

    private static String marks(MultiLabelImages images) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < images.size(); i++) {
            for (int c = 0; c < images.classNames().size(); c++) {
                text.append("-?+".charAt(images.mark(i, c) + 1));
            }
            text.append(' ');
        }
        return text.toString().strip();
    }

    @Test
    void listsOfLabels() throws IOException {
        String text = "\uFEFFpath,labels\r\nb.jpg,dog; cat\r\na.jpg,\r\n\"in/c, d.jpg\",?cat;ant\r\n";
        MultiLabelImages images = open(text);
        assertThat(images.classNames()).containsExactly("ant", "cat", "dog");
        assertThat(marks(images)).isEqualTo("-++ --- +?-");
        assertThat(images.name(2)).isEqualTo("in/c, d.jpg");
        assertThat(images.read(2)).containsExactly(7);
        assertThat(marks(open(text, "dog", "cow", "cat", "ant"))).isEqualTo("+-+- ---- --?+");
    }

    @Test
    void columnsOfClasses() throws IOException {
        String text = "Path,dog,cat\nb.jpg,1,0\na.jpg,, 1\n";
        MultiLabelImages images = open(text);
        assertThat(images.classNames()).containsExactly("dog", "cat");
        assertThat(marks(images)).isEqualTo("+- ?+");
        assertThat(marks(open(text, "cat", "dog"))).isEqualTo("-+ +?");
        assertThat(marks(open("path,labels,x\na.jpg,1,0\n"))).isEqualTo("+-");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "file,labels\\na.jpg,x| :1: the first line must be path,labels or path,CLASS,CLASS,..., found 'file,labels'",
                "path\\na.jpg| :1: the first line must be path,labels or path,CLASS,CLASS,..., found 'path'",
                "``| : is empty; its first line must be path,labels or path,CLASS,CLASS,...",
                "path,labels\\n| : lists no images below its header",
                "path,labels\\na.jpg,\\n| : no image has a label",
                "path,labels\\na.jpg,x\\nb.jpg| :3: 1 fields, but the header has 2",
                "path,labels\\na.jpg,x,y| :2: 3 fields, but the header has 2",
                "path,labels\\na.jpg,x;;y| :2: an empty label in 'x;;y'",
                "path,labels\\na.jpg,x;?| :2: an empty label in 'x;?'",
                "path,labels\\na.jpg,x;?x| :2: label 'x' stands there twice",
                "path,labels\\n,x| :2: the path is empty",
                "path,labels\\na.jpg,x\\na.jpg,y| :3: 'a.jpg' stands in line 2 too",
                "path,cat,dog\\na.jpg,1| :2: 2 fields, but the header has 3",
                "path,cat,dog\\na.jpg,1,-1| :2: '-1' in column 'dog': must be 1 (shown), 0 (not shown) or nothing (not counted)",
                "path,cat,cat\\na.jpg,1,1| :1: class 'cat' has two columns",
                "path,cat,\\na.jpg,1,1| :1: a column without a name",
                "path,cat,dog\\n\\na.jpg,1,\"x| :3: a quote that is never closed"
            })
    void whatIsWrongIsNamedWithItsLine(String text, String message) {
        assertThatThrownBy(() -> open(text.replace("\\n", "\n")))
                .isInstanceOf(DataException.class)
                .hasMessage(file + message);
    }

    @Test
    void missingFilesAndOtherClasses() throws IOException {
        assertThatThrownBy(() -> open("path,labels\na.jpg,x\nz.jpg,y\n"))
                .hasMessage(file + ":3: there is no " + folder.resolve("z.jpg") + "; paths are relative to " + folder);
        assertThatThrownBy(() -> open("path,labels\na.jpg,x;cow\n", "x", "y"))
                .hasMessage(file + ":2: class 'cow' is not among those of the training images: x, y");
        assertThatThrownBy(() -> open("path,x,cow\na.jpg,1,1\n", "x", "y"))
                .hasMessage(file + ":1: class 'cow' is not among those of the training images: x, y");
        assertThatThrownBy(() -> open("path,x\na.jpg,1\n", "x", "y"))
                .hasMessage(file + ":1: there is no column 'y', although the training images have that class");
        Files.write(file, new byte[] {'p', 'a', 't', 'h', ',', 'x', '\n', (byte) 0xFF, ',', '1', '\n'});
        assertThatThrownBy(() -> CsvLabels.open(file, folder, List.of()))
                .hasMessage(file + ":2: not text in UTF-8; save the file as UTF-8");
        Path none = folder.resolve("none.csv");
        assertThatThrownBy(() -> CsvLabels.open(none, folder, List.of())).hasMessage(none + ": there is no such file");
        assertThatThrownBy(() -> CsvLabels.open(folder, folder, List.of())).hasMessage(folder + ": is no file");
    }
}
