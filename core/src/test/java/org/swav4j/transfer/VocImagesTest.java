package org.swav4j.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;

class VocImagesTest {
    @TempDir
    private Path root;

    private Path lists;

    @BeforeEach
    void layout() throws IOException {
        lists = Files.createDirectories(root.resolve("ImageSets/Main"));
        Files.createDirectories(root.resolve("Annotations"));
        Files.createDirectories(root.resolve("JPEGImages"));
        for (String image : List.of("000001", "000002", "000003")) {
            Files.write(root.resolve("JPEGImages/" + image + ".jpg"), new byte[] {1});
        }
    }

    private Path list(String name, String... lines) throws IOException {
        return Files.write(lists.resolve(name), List.of(lines));
    }

    private Path annotation(String image, String... objects) throws IOException {
        return Files.writeString(
                root.resolve("Annotations/" + image + ".xml"),
                "<annotation>\n<size><width>5</width></size>\n" + String.join("\n", objects) + "</annotation>\n");
    }

    private static String object(String name, int difficult) {
        return "<object><name>" + name + "</name><difficult>" + difficult
                + "</difficult><part><name>head</name><difficult>x</difficult></part></object>";
    }

    private MultiLabelImages open(String split, String... expected) {
        return VocImages.open(root, split, List.of(expected));
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(String split, String... expected) {
        return assertThatThrownBy(() -> open(split, expected)).isInstanceOf(DataException.class);
    }

    private static byte[] marks(MultiLabelImages images, int index) {
        byte[] marks = new byte[images.classNames().size()];
        for (int c = 0; c < marks.length; c++) {
            marks[c] = images.mark(index, c);
        }
        return marks;
    }

    @Test
    void listsOfClassesSayWhatIsShown() throws IOException {
        list("dog_train.txt", "000003  1", "000001 -1", "");
        list("cat_train.txt", "000001  0", "000003 -1");
        list("cat_trainval.txt", "000009 1");
        list("train.txt", "000001", "000003");
        MultiLabelImages images = open("train");
        assertThat(images.classNames()).containsExactly("cat", "dog");
        assertThat(images.size()).isEqualTo(2);
        assertThat(images.name(0)).isEqualTo("JPEGImages/000001.jpg");
        assertThat(marks(images, 0)).containsExactly(0, -1);
        assertThat(marks(images, 1)).containsExactly(-1, 1);
        assertThat(images.read(0)).containsExactly(1);
        assertThat(images.label(0)).isEqualTo(-1);
        assertThat(images.description()).isEqualTo(root + " train: 2 images of 2 classes");
        String fingerprint = images.fingerprint();
        assertThat(open("train", "cat", "dog").fingerprint()).isEqualTo(fingerprint);
        list("cat_train.txt", "000001  1", "000003 -1");
        assertThat(open("train").fingerprint()).isNotEqualTo(fingerprint);
        assertThat(marks(open("train", "dog", "cat"), 1)).containsExactly(1, -1);
    }

    @Test
    void annotationsSayItWhereThereAreNoSuchLists() throws IOException {
        list("test.txt", "000002", "000001");
        annotation("000001", object("cat", 1), object("dog", 0), object("dog", 1));
        annotation("000002");
        MultiLabelImages images = open("test");
        assertThat(images.classNames()).containsExactly("cat", "dog");
        assertThat(marks(images, 0)).containsExactly(0, 1);
        assertThat(marks(images, 1)).containsExactly(-1, -1);
        assertThat(marks(open("test", "ant", "dog", "cat"), 0)).containsExactly(-1, 1, 0);
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> VocImages.open(root.resolve("ImageSets"), "train", List.of()))
                .withMessage(root.resolve("ImageSets")
                        + ": there is no ImageSets/Main in it; give the folder of one year, such as VOCdevkit/VOC2007");
        list("cat_train.txt", "000001 1");
        list("train.txt", "000001");
        refused("test")
                .hasMessage(lists + ": there is no test.txt, nor a <class>_test.txt; splits there: train"
                        + " (VOC's test images are an archive of their own)");
        refused("../x").hasMessage("'../x': is no split's name; it stands in names of files in " + lists);
        Path file = list("cat_train.txt", "000001 1", "000007 -1");
        refused("train").hasMessage(file + ":2: there is no " + root.resolve("JPEGImages/000007.jpg"));
        Path test = list("test.txt", "000001");
        refused("test")
                .hasMessage(test + ":1: there is no " + root.resolve("Annotations/000001.xml")
                        + ", which says what the image shows");
        list("cat_test.txt", " ");
        refused("test").hasMessage(lists + ": split 'test' lists no images");
    }

    @Test
    void linesThatAreNotAsTheyMustBe() throws IOException {
        Path dog = list("dog_train.txt", "000001 1", "000002 -1");
        Path cat = list("cat_train.txt", "000001 1", "000002");
        refused("train").hasMessage(cat + ":2: must be an image and 1, 0 or -1, found 1 words");
        list("cat_train.txt", "000001 1", "000002 2");
        refused("train").hasMessage(cat + ":2: '2' must be 1, 0 or -1");
        list("cat_train.txt", "000001 1", "000001 1");
        refused("train").hasMessage(cat + ":2: image '000001' stands in line 1 too");
        list("cat_train.txt", "../../x 1");
        refused("train").hasMessage(cat + ":1: '../../x' is no name of an image, such as 000005");
        list("cat_train.txt", "000001 1");
        refused("train").hasMessage(dog + ":2: image '000002' is not in cat_train.txt");
        list("cat_train.txt", "000001 1", "000002 1", "000003 1");
        refused("train").hasMessage(dog + ":2: ends without image '000003', which cat_train.txt has");
        Files.write(cat, new byte[] {'a', (byte) 0xFF, '\n'});
        refused("train").hasMessage(cat + ": is not text in UTF-8");
    }

    @Test
    void otherClassesThanInTrainingAreNamed() throws IOException {
        Path cat = list("cat_test.txt", "000001 1");
        refused("test", "dog", "cat")
                .hasMessage(lists + ": there is no dog_test.txt, although the training images have that class");
        list("dog_test.txt", "000001 1");
        refused("test", "dog").hasMessage(cat + ": class 'cat' is not among those of the training images: dog");
        list("val.txt", "000001");
        Path xml = annotation("000001", object("dog", 0), object("cow", 0));
        refused("val", "dog", "cat")
                .hasMessage(xml + ":4: class 'cow' is not among those of the training images: dog, cat");
    }

    @Test
    void hostileAnnotationsAreRefused() throws IOException {
        list("val.txt", "000001");
        Path xml = root.resolve("Annotations/000001.xml");
        StringBuilder laughs =
                new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE annotation [\n<!ENTITY a \"ha\">\n");
        for (char c = 'b'; c < 'k'; c++) {
            String before = "&" + (char) (c - 1) + ";";
            laughs.append("<!ENTITY ")
                    .append(c)
                    .append(" \"")
                    .append(before.repeat(10))
                    .append("\">\n");
        }
        laughs.append("]>\n<annotation><object><name>&j;</name></object></annotation>");
        Files.writeString(xml, laughs);
        refused("val").hasMessageStartingWith(xml + ":").hasMessageContaining("a document type is not accepted");
        Path secret = Files.writeString(root.resolve("secret"), "password");
        Files.writeString(
                xml,
                "<!DOCTYPE annotation [<!ENTITY x SYSTEM \"" + secret.toUri()
                        + "\">]>\n<annotation><object><name>&x;</name></object></annotation>");
        refused("val").hasMessageStartingWith(xml + ":").hasMessageContaining("a document type is not accepted");
        Files.writeString(xml, "<annotation><object><name>&x;</name></object></annotation>");
        refused("val").hasMessageStartingWith(xml + ":1: is no XML: ").hasMessageContaining("\"x\"");
        Files.writeString(xml, "<annotation>" + "<a>".repeat(100_000));
        refused("val").hasMessage(xml + ":1: elements lie deeper than 64");
        Files.writeString(xml, "<annotation>\n<object><name>a</name>" + "<a>".repeat(100_000));
        refused("val").hasMessage(xml + ":2: elements lie deeper than 64");
        Files.writeString(xml, "<annotation>\n<object></annotation>");
        refused("val").hasMessageStartingWith(xml + ":2: is no XML: ");
        Files.writeString(xml, "<html></html>");
        refused("val").hasMessage(xml + ":1: is no annotation of VOC: begins with <html>");
        Files.writeString(xml, "<annotation>\n<object><pose/></object></annotation>");
        refused("val").hasMessage(xml + ":2: an <object> without a <name>");
        Files.writeString(xml, "<annotation>\n<object><name>a</name>\n<difficult>2</difficult></object></annotation>");
        refused("val").hasMessage(xml + ":3: <difficult> must be 0 or 1, not '2'");
        Files.write(xml, new byte[(4 << 20) + 1]);
        refused("val").hasMessageContaining("more than the 4194304 that such a file may have");
        annotation("000001");
        refused("val").hasMessage(lists.resolve("val.txt") + ": none of its images' annotations names an object");
    }
}
