package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.cli.TinyCommand.Result;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ImportCommandTest {
    /** Made by Python; core's tests compare its features. */
    private static final Path FIXTURES = Path.of("../core/src/test/resources/org/swav4j");

    private static final Path LEGACY = FIXTURES.resolve("importer/tiny_legacy.pth.tar");

    @TempDir
    private Path directory;

    @Test
    void itSaysWhatItRecognised() {
        Path out = directory.resolve("encoder");
        Result result = TinyCommand.swav("import", LEGACY, "--out", out, "--image-size", 32);
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out().lines())
                .containsExactly(
                        "recognised  SwAV, in 'state_dict'",
                        "encoder     resnet10w0.016, stem imagenet, images of 32",
                        "head        6-4, prototypes 5",
                        "left out    nothing",
                        "expects     RGB, mean .485 .456 .406, std .228 .224 .225, as swav4j gives it",
                        "",
                        "Done: the encoder is in " + out
                                + "; it can be given to knn --model and pretrain --init-from.");
    }

    @Test
    void itSaysSoToProgramsToo() {
        Result result = TinyCommand.swav("import", LEGACY, "--out", directory.resolve("encoder"), "--json");
        JsonNode json = JsonMapper.shared().readTree(result.out());
        assertThat(json.get("method").asString()).isEqualTo("SwAV");
        assertThat(json.get("arch").asString()).isEqualTo("resnet10w0.016");
        assertThat(json.get("image_size").asInt()).isEqualTo(224);
        assertThat(json.get("prototypes").get(0).asInt()).isEqualTo(5);
        assertThat(json.get("expects_std").get(0).asDouble()).isEqualTo(.228);
        assertThat(json.get("left_out").size()).isZero();
    }

    @Test
    void theEncoderIsUsedWhereverACheckpointIs() throws IOException {
        Path out = directory.resolve("encoder");
        TinyCommand.swav("import", LEGACY, "--out", out, "--image-size", 32);
        Path images = images();
        Result knn = TinyCommand.swav("knn", "--model", out, "--train", images, "--test", images, "--k", 1, "--quiet");
        assertThat(knn.err()).matches("swav: \\d+ of \\d+ test images are among the training images too, .*\\R");
        assertThat(knn.out()).containsPattern("top-1 \\(k 1\\) +100.0 %");
        Result verify = TinyCommand.swav("checkpoint", "verify", out);
        assertThat(verify.code()).as(verify.err()).isZero();
        Result show = TinyCommand.swav("checkpoint", "show", out);
        assertThat(show.out())
                .contains("progress    none: an encoder without a training", "optimizer   nothing yet", "origin.json");
        assertThat(TinyCommand.swav("checkpoint", "show", out, "--json").code()).isZero();
        Result trained = TinyCommand.pretrain(
                "--data",
                images,
                "--init-from",
                out,
                "--out",
                directory.resolve("run"),
                "--arch",
                "resnet10w0.016",
                "--stem",
                "imagenet",
                "--prototypes",
                5,
                "--hidden",
                6,
                "--dim",
                4,
                "--batch-size",
                4,
                "--epochs",
                1);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out() + trained.err()).doesNotContain("therefore fresh");
    }

    @Test
    void itCannotBeResumed() throws IOException {
        Path run = directory.resolve("run");
        Path images = images();
        TinyCommand.pretrain("--data", images, "--out", run, "--batch-size", 4, "--epochs", 1);
        Path checkpoints = run.resolve("checkpoints");
        TinyCommand.swav("import", LEGACY, "--out", checkpoints.resolve("step-000000900"));
        Result resumed = TinyCommand.swav("pretrain", "--data", images, "--resume", "--out", run);
        assertThat(resumed.out() + resumed.err())
                .contains("holds an encoder without a training, which cannot be resumed; begin a new run with it by"
                        + " --init-from");
        Result alone = TinyCommand.swav(
                "pretrain", "--data", images, "--resume", "--out", checkpoints.resolve("damaged-step-000000900"));
        assertThat(alone.code()).isNotZero();
        assertThat(alone.err()).doesNotContain("should not happen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pickle/plain_zip.pth", "pickle/values_legacy.pth", "pickle/expected.json", "pickle"})
    void whatHoldsNoEncoderIsOneLineAndLeavesNothing(String name) throws IOException {
        Path file = FIXTURES.resolve(name);
        Result result = TinyCommand.swav("import", file, "--out", directory.resolve("encoder"));
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("swav: " + file + ": ").hasLineCount(1);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void wrongUsesAreToldAllAtOnce() {
        Result result = TinyCommand.swav(
                "import", "nowhere.pth", "--out", directory.resolve("x"), "--image-size", 4, "--stem", "big");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines())
                .containsExactly(
                        "swav: --image-size: '4': must be from 8 to 2048",
                        "swav: --stem: 'big' is not a stem: imagenet, small, small-stride2",
                        "swav: nowhere.pth: there is no such file",
                        "'swav import --help' shows how it is used.");
    }

    @Test
    void anOccupiedPlaceIsLeftAlone() throws IOException {
        Files.writeString(directory.resolve("mine"), "x");
        Result result = TinyCommand.swav("import", LEGACY, "--out", directory);
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .isEqualTo("swav: " + directory + ": is there already; give a new or an empty folder"
                        + System.lineSeparator());
    }

    /** Two classes of four images that any encoder tells apart. */
    private Path images() throws IOException {
        for (int i = 0; i < 8; i++) {
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 32 * 32; p++) {
                int grey = i % 2 == 0 ? 20 + 3 * i : 255 - (p * (i + 7)) % 200;
                image.setRGB(p % 32, p / 32, grey << 16 | grey << 8 | grey);
            }
            Path folder = Files.createDirectories(directory.resolve("images/" + i % 2));
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        return directory.resolve("images");
    }
}
