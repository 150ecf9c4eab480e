package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DataCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"check", "fetch"})
    void everyCommandHasHelpWithAnExample(String command) {
        Result result = swav("data", command, "--help");
        assertThat(result.code).isZero();
        assertThat(result.out).contains("Usage: swav data " + command, "Example", "--json");
        assertThat(result.out.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "check --workers 0 --data x| swav: --workers: '0': must be from 1 to 1024",
                "fetch cifar1 --out x| swav: 'cifar1': there is no such data set; did you mean cifar10? (there are"
                        + " cifar10, cifar100, stl10, eurosat, imagenette, flowers102, pets)",
                "fetch cifar10| swav: --out: is needed: the folder to put cifar10 into, such as data/cifar10",
                "fetch pets --out x --mirror ftp://a/| swav: --mirror: 'ftp://a/': must begin with http:// or https://"
                        + " and a host",
                "fetch --out x| swav: NAME: is missing: which data set to fetch; there are cifar10, cifar100, stl10,"
                        + " eurosat, imagenette, flowers102, pets"
            })
    void wrongUseIsAnsweredInOneLine(String line, String answer) {
        Result result = swav(("data " + line).split(" "));
        assertThat(result.code).isEqualTo(ExitCode.USAGE);
        assertThat(result.err.lines().findFirst()).contains(answer);
        assertThat(directory.resolve("x")).doesNotExist();
    }

    @Test
    void aCheckPrintsFiguresAndBrokenFilesAndSucceeds() throws IOException {
        Result result = swav("data", "check", "--data", photos().toString());
        assertThat(result.code).isZero();
        assertThat(result.out)
                .contains(
                        "readable      3 of 4",
                        "formats       PNG 3",
                        "width         40 (all)",
                        "  below 32    3 (100 %)",
                        "classes       2 of 1 (dog) to 3 images (cat)",
                        "duplicates    1 (33 %) repeat others byte for byte (1 set, such as cat/a.png = cat/b.png)",
                        "broken        1 (25 %)",
                        "broken: cat/text.png: not an image",
                        "* All images are at most 64 pixels");
    }

    @Test
    void strictFailsWhereSomethingIsBroken() throws IOException {
        Path photos = photos();
        assertThat(swav("data", "check", "--strict", "--data", photos.toString()).code)
                .isEqualTo(ExitCode.FAILED);
        Files.delete(photos.resolve("cat/text.png"));
        assertThat(swav("data", "check", "--strict", "--data", photos.toString()).code)
                .isZero();
    }

    @Test
    void jsonHoldsEverythingAndThePictureIsDrawn() throws IOException {
        Path picture = directory.resolve("report.svg");
        Result result = swav("data", "check", "--json", "--data", photos().toString(), "--picture", picture.toString());
        JsonNode json = new JsonMapper().readTree(result.out);
        assertThat(json.path("images").asInt()).isEqualTo(4);
        assertThat(json.path("sizes").path("shorter_side_below").path("32").asInt())
                .isEqualTo(3);
        assertThat(json.path("classes").path("cat").asInt()).isEqualTo(3);
        assertThat(json.path("broken_images").path(0).path("name").asString()).isEqualTo("cat/text.png");
        assertThat(json.path("duplicates").path(0).path("images").size()).isEqualTo(2);
        assertThat(picture).content().startsWith("<svg").endsWith("</svg>\n");
        assertThat(result.err).contains("picture: " + picture);
    }

    @Test
    void aPictureOfAnotherKindIsRefusedBeforeTheWork() {
        Result result = swav("data", "check", "--data", "missing", "--picture", "report.gif");
        assertThat(result.code).isEqualTo(ExitCode.FAILED);
        assertThat(result.err)
                .isEqualTo("swav: --picture: 'report.gif': must end in .png or .svg" + System.lineSeparator());
    }

    @Test
    void theListNamesLicencesAndWhoStatesTheChecksums() {
        Result result = swav("data", "fetch");
        assertThat(result.code).isZero();
        assertThat(result.out)
                .contains(
                        "cifar10 ",
                        "flowers102 ",
                        "licence: CC BY-SA 4.0",
                        "stated by torchvision",
                        "2.6 GB to download");
        JsonNode json = new JsonMapper().readTree(swav("data", "fetch", "--json").out);
        assertThat(json.size()).isEqualTo(7);
        assertThat(json.path(0).path("files").path(0).path("md5").asString())
                .isEqualTo("c32a1d4ab5d03f1284b67883e8d87530");
    }

    @Test
    void aMirrorWithoutTheFileFailsInOneLine() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        try {
            String mirror = "http://127.0.0.1:" + server.getAddress().getPort() + "/sets";
            Path out = directory.resolve("out");
            Result result = swav("data", "fetch", "eurosat", "--out", out.toString(), "--mirror", mirror);
            assertThat(result.code).isEqualTo(ExitCode.FAILED);
            assertThat(result.err.lines())
                    .containsExactly(
                            "EuroSAT (RGB): 94 MB from 127.0.0.1",
                            "swav: " + mirror + "/EuroSAT.zip: the server answers 404 (the file is not there); give"
                                    + " another server that has the file with --mirror URL");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void progressTellsSpeedAndWhatIsLeft() {
        StringWriter shown = new StringWriter();
        long[] now = {0};
        WorkLine line = new WorkLine(new PrintWriter(shown), ProgressLine.Mode.PLAIN, () -> now[0]);
        FetchProgress progress = new FetchProgress(line, () -> now[0]);
        progress.downloading("a.tgz", 10_000_000, 100_000_000);
        now[0] = 20_000_000_000L;
        progress.downloading("a.tgz", 50_000_000, 100_000_000);
        progress.downloading("a.tgz", 50_000_001, 100_000_000);
        assertThat(shown.toString().lines()).containsExactly("a.tgz: 50 MB of 100 MB (50 %), 2.0 MB/s, 25 s left");
    }

    /** Two equal pictures and a text among the cats, another picture among the dogs. */
    private Path photos() throws IOException {
        Path cats = Files.createDirectories(directory.resolve("photos/cat"));
        Path dogs = Files.createDirectories(directory.resolve("photos/dog"));
        Files.write(cats.resolve("a.png"), png(Color.RED));
        Files.write(cats.resolve("b.png"), png(Color.RED));
        Files.writeString(cats.resolve("text.png"), "hello");
        Files.write(dogs.resolve("c.png"), png(Color.BLUE));
        return directory.resolve("photos");
    }

    private static byte[] png(Color colour) throws IOException {
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(colour);
        graphics.fillRect(5, 5, 20, 20);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private record Result(int code, String out, String err) {}

    private static Result swav(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }
}
