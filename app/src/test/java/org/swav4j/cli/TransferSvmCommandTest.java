package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** On a small tree in VOC's layout, whose pictures are two drawn images side by side. */
class TransferSvmCommandTest {
    private static final int SIDE = SampleImages.SIDE;
    private static final int CLASSES = 4;
    private static final String UNTRAINED = "untrained:resnet10w0.125:small-stride2:32";

    @TempDir
    private static Path shared;

    private static Path voc;

    @TempDir
    private Path folder;

    @BeforeAll
    static void draw() throws IOException {
        Path drawn = shared.resolve("drawn");
        SampleImages.draw(drawn, 6, 3, 5);
        voc = shared.resolve("VOCdevkit/VOC2007");
        Files.createDirectories(voc.resolve("JPEGImages"));
        Files.createDirectories(voc.resolve("ImageSets/Main"));
        split(drawn.resolve("train"), "trainval", 6, 0);
        split(drawn.resolve("test"), "test", 3, 500);
    }

    private static void split(Path drawn, String name, int perClass, int first) throws IOException {
        List<List<String>> lines = new ArrayList<>();
        for (int c = 0; c < CLASSES; c++) {
            lines.add(new ArrayList<>());
        }
        for (int i = 0; i < CLASSES * perClass; i++) {
            int left = i % CLASSES;
            int right = (left + i / CLASSES) % CLASSES;
            String id = String.format("%06d", first + i);
            BufferedImage picture = new BufferedImage(2 * SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = picture.createGraphics();
            int place = 0;
            for (int shown : new int[] {left, right}) {
                Path image = drawn.resolve(SampleImages.classes().get(shown))
                        .resolve(String.format("%05d.jpg", (i / CLASSES + place) % perClass));
                graphics.drawImage(ImageIO.read(image.toFile()), place++ * SIDE, 0, null);
            }
            graphics.dispose();
            ImageIO.write(
                    picture, "jpg", voc.resolve("JPEGImages/" + id + ".jpg").toFile());
            for (int c = 0; c < CLASSES; c++) {
                lines.get(c).add(id + (c == left || c == right ? "  1" : c == 3 && i == 0 ? "  0" : " -1"));
            }
        }
        for (int c = 0; c < CLASSES; c++) {
            Files.write(
                    voc.resolve("ImageSets/Main/" + SampleImages.classes().get(c) + "_" + name + ".txt"), lines.get(c));
        }
    }

    private static TinyCommand.Result svm(Object... more) {
        List<Object> words =
                new ArrayList<>(List.of("transfer", "svm", "--precision", "fp32", "--threads", "1", "--quiet"));
        words.addAll(List.of(more));
        return TinyCommand.swav(words.toArray());
    }

    @Test
    void itMeasuresAndFilesTheSameTwice() throws IOException {
        Path report = folder.resolve("eval");
        Object[] words = {
            "--model", UNTRAINED, "--data", voc, "--costs", "1,10", "--shots", "1,2", "--draws", "2", "--report", report
        };
        TinyCommand.Result first = svm(words);
        assertThat(first.code()).as(first.err()).isEqualTo(ExitCode.DONE);
        assertThat(first.out())
                .contains("Transfer: a linear SVM per class, " + voc + " test: 12 images of 4 classes")
                .containsPattern("mAP, 11-point \\(VOC07\\) +\\d+\\.\\d % +\\(95 %: ")
                .contains(
                        "Average precision by class",
                        "AP 11-point",
                        SampleImages.classes().get(3))
                .contains("From few images of each class, mean and standard deviation over 2 draws");
        byte[] json = Files.readAllBytes(report.resolve("transfer-svm.json"));
        JsonNode fields = JsonMapper.shared().readTree(json);
        assertThat(fields.at("/figures/map").asDouble()).isBetween(.3, 1.);
        assertThat(fields.at("/classes/0/cost").asDouble()).isIn(1., 10.);
        assertThat(fields.at("/classes/3/train without").asInt()
                        + fields.at("/classes/3/train with").asInt())
                .isEqualTo(23);
        assertThat(fields.at("/low_shot").size()).isEqualTo(2);
        assertThat(fields.at("/data/train/images").asInt()).isEqualTo(24);
        assertThat(report.resolve("transfer-svm.html")).exists();
        assertThat(svm(words).code()).isEqualTo(ExitCode.DONE);
        assertThat(report.resolve("transfer-svm.json")).hasBinaryContent(json);
    }

    @Test
    void csvFilesDoToo() throws IOException {
        Path images = voc.resolve("JPEGImages");
        Path train = Files.write(
                folder.resolve("a.csv"),
                List.of(
                        "path,labels",
                        "000000.jpg,a",
                        "000001.jpg,b",
                        "000002.jpg,a;b",
                        "000003.jpg,",
                        "000004.jpg,c"));
        Path test = Files.write(
                folder.resolve("b.csv"), List.of("path,labels", "000004.jpg,a", "000005.jpg,b", "000006.jpg,"));
        TinyCommand.Result result =
                svm("--model", UNTRAINED, "--train", train, "--test", test, "--images", images, "--json");
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        assertThat(result.err())
                .contains(
                        "swav: 1 of 3 test images is among the training images too, byte for byte, such as 000004.jpg")
                .contains("swav: these classes have no AP, as no test image shows them: c")
                .contains("swav: these classes have the cost 1.0, as there are too few images to choose it by"
                        + " cross-validation: c");
        assertThat(result.out()).contains("\"map11\" : ", "\"AP\" : null");
        TinyCommand.Result elsewhere = svm("--model", UNTRAINED, "--train", train, "--test", test);
        assertThat(elsewhere.code()).isEqualTo(ExitCode.FAILED);
        assertThat(elsewhere.err())
                .isEqualTo("swav: " + train + ":2: there is no " + folder.resolve("000000.jpg")
                        + "; paths are relative to " + folder + "\n");
    }

    @Test
    void whatIsWrongIsSaidAtOnce() {
        TinyCommand.Result result = svm(
                "--model",
                folder.resolve("none"),
                "--data",
                voc,
                "--images",
                voc,
                "--costs",
                "1,-2",
                "--folds",
                "1",
                "--shots",
                "0",
                "--shot-cost",
                "NaN");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains("--data: goes without --train, --test and --images")
                .contains("--costs: '-2.0': must be a number above 0")
                .contains("--folds: '1': must be from 2 to 100")
                .contains("--shots: '0': must be from 1 to 100000")
                .contains("--model: " + folder.resolve("none") + ": there is no such run or checkpoint");
        assertThat(svm("--model", UNTRAINED).err())
                .contains("--data: give the folder of VOC's layout, or --train and --test");
        assertThat(svm("--model", UNTRAINED, "--data", voc, "--test-split", "val")
                        .err())
                .startsWith("swav: " + voc.resolve("ImageSets/Main")
                        + ": there is no val.txt, nor a <class>_val.txt; splits there: test, trainval\n");
        assertThat(svm("--model", UNTRAINED, "--data", voc, "--shots", "500").err())
                .startsWith("swav: --shots: 500 images of each class are to be drawn, but class '");
    }
}
