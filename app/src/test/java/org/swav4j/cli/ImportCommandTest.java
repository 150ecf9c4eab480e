package org.swav4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.encode.Encoder;
import org.swav4j.format.NpyFile;
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
    void theOtherCommandsTakeItToo() throws Exception {
        Path out = directory.resolve("encoder");
        TinyCommand.swav("import", LEGACY, "--out", out, "--image-size", 32);
        Path images = images();
        List<Object> data = List.of("--model", out, "--train", images, "--test", images, "--quiet");
        done("linear", data, "--epochs", 1, "--batch", 4, "--threads", 1);
        done("finetune", data, "--epochs", 1, "--batch", 4, "--threads", 1, "--out", directory.resolve("tuned"));
        Path vectors = directory.resolve("x.npy");
        done(
                "embed",
                List.of(
                        "--model",
                        out,
                        "--data",
                        images,
                        "--out",
                        vectors,
                        "--what",
                        "codes",
                        "--threads",
                        1,
                        "--quiet"));
        assertThat(NpyFile.read(vectors).shape()).containsExactly(8, 5);
        Path exported = directory.resolve("exported.safetensors");
        done("export", List.of("--model", out, "--format", "safetensors", "--out", exported));
        assertThat(Files.readString(directory.resolve("exported.safetensors.README.md")))
                .contains(
                        "of a file of another program's that swav4j imported",
                        "\"imported_from\" : \"tiny_legacy.pth.tar\"")
                .doesNotContain("pretrained with SwAV");

        // named as a file of PyTorch's, it is known by its content
        Path renamed = Files.move(exported, directory.resolve("exported.pth.tar"));
        Path again = directory.resolve("again");
        done("import", List.of(renamed, "--out", again));
        BufferedImage image = ImageIO.read(images.resolve("1/1.png").toFile());
        try (Encoder first = Encoder.load(out);
                Encoder second = Encoder.load(again)) {
            assertThat(second.embed(image)).hasSize(8).isEqualTo(first.embed(image));
        }
    }

    private static void done(String command, List<?> words, Object... more) {
        List<Object> all = new ArrayList<>(List.of(command));
        all.addAll(words);
        all.addAll(List.of(more));
        Result result = TinyCommand.swav(all.toArray());
        assertThat(result.code()).as(command + ": " + result.err()).isZero();
    }

    @Test
    void whatAFileIsIsToldByItsContent() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("is empty; save or download it again", new byte[0]);
        files.put("is an HTML page, which a failed download leaves", "<!DOCTYPE html>".getBytes(UTF_8));
        files.put("is git-lfs's pointer to a file", "version https://git-lfs.github.com/spec/v1".getBytes(UTF_8));
        files.put("is compressed with gzip", new byte[] {0x1f, (byte) 0x8b, 8, 0});
        files.put("is an ONNX model", new byte[] {8, 8, 0x12, 7, 'p'});
        files.put("is a PNG image", Files.readAllBytes(images().resolve("0/0.png")));
        files.put("is a zip archive, but no checkpoint", zip("a/b.txt"));
        files.put("a TorchScript program, not a checkpoint", zip("m/data.pkl", "m/constants.pkl", "m/code/m.py"));
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            Path file = Files.write(directory.resolve("swav_800ep_pretrain.pth.tar"), each.getValue());
            Result result = TinyCommand.swav("import", file, "--out", directory.resolve("encoder"));
            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err())
                    .startsWith("swav: " + file + ": " + each.getKey())
                    .hasLineCount(1);
            assertThat(directory.resolve("encoder")).doesNotExist();
        }
    }

    /** Stored, as PyTorch's are; entries of one byte. */
    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (String name : names) {
                CRC32 crc = new CRC32();
                crc.update('.');
                ZipEntry entry = new ZipEntry(name);
                entry.setSize(1);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write('.');
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void whereACheckpointIsWantedAFileIsAnsweredWithTheCommandToType() throws IOException {
        String answer =
                LEGACY + ": is a file; a run and a checkpoint of swav4j are folders. Of a file of PyTorch's or a"
                        + " .safetensors, make one by: swav import " + LEGACY + " --out tiny_legacy-encoder";
        Path images = images();
        for (String command : List.of("linear", "finetune")) {
            Result result = TinyCommand.swav(command, "--model", LEGACY, "--train", images, "--test", images);
            assertThat(result.code()).as(command).isNotZero();
            assertThat(result.err()).as(command).contains(answer);
        }
        assertThat(TinyCommand.swav("knn", "--model", LEGACY, "--train", images, "--test", images, "--k", 1)
                        .err())
                .contains(answer);
        Path out = directory.resolve("out");
        for (Result result : List.of(
                TinyCommand.swav("embed", "--model", LEGACY, "--data", images, "--out", directory.resolve("x.npy")),
                TinyCommand.swav("export", "--model", LEGACY, "--format", "onnx", "--out", out),
                TinyCommand.pretrain("--data", images, "--init-from", LEGACY, "--batch-size", 4, "--out", out))) {
            assertThat(result.code()).isNotZero();
            assertThat(result.err()).contains(answer);
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void objectsThatArePassedOverAreNamed() throws IOException {
        Path file = FIXTURES.resolve("pickle/unknown_zip.pth");
        Result refused = TinyCommand.swav("import", file, "--out", directory.resolve("encoder"));
        assertThat(refused.err())
                .contains("refused: my_project.settings.Settings at byte")
                .contains("--skip-objects");
        Result skipped = TinyCommand.swav("import", file, "--out", directory.resolve("encoder"), "--skip-objects");
        assertThat(skipped.err())
                .isEqualTo("swav: " + file
                        + ": holds no ResNet: there is no '...layer1.0.conv1.weight' among its 4 tensors"
                        + " ('backbone.0', 'backbone.1', 'parameter', 'tagged', ...)" + System.lineSeparator());
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
