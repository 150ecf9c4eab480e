package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

class CheckpointTest {
    private static final Progress PROGRESS = new Progress(120, 3, 7, 31, "ab12", "c3RhdGU=");
    private static final EncoderInfo ENCODER = new EncoderInfo("resnet18w0.5", "small", 32);
    private static final String CONFIG = "arch: resnet18w0.5\n# größer\n";

    @TempDir
    private Path root;

    private Path checkpoint;

    @BeforeEach
    void save() {
        try (PointerScope scope = new PointerScope();
                StateDict model = new StateDict();
                StateDict optimizer = new StateDict();
                StateDict queue = new StateDict()) {
            model.add("conv1.weight", Tensors.gaussian(1, 2, 3));
            model.add("bn1.num_batches_tracked", torch.zeros(new long[0], new TensorOptions(ScalarType.Long)));
            optimizer.add("momentum.conv1.weight", Tensors.gaussian(2, 2, 3));
            queue.add("queue", Tensors.gaussian(3, 1, 4, 2));
            checkpoint = new CheckpointDirectory(root, 3)
                    .save(new Contents(PROGRESS, ENCODER, model, optimizer, queue, CONFIG), "0.1.0");
        }
    }

    @Test
    void givesBackWhatWasSaved() {
        Checkpoint opened = Checkpoint.open(checkpoint);
        assertThat(opened.directory()).isEqualTo(checkpoint).hasFileName("step-000000120");
        assertThat(opened.progress()).isEqualTo(PROGRESS);
        assertThat(opened.encoder()).isEqualTo(ENCODER);
        assertThat(opened.configYaml()).isEqualTo(CONFIG);
        assertThat(opened.hasQueue()).isTrue();
        try (PointerScope scope = new PointerScope();
                StateDict model = opened.model();
                StateDict optimizer = opened.optimizer();
                StateDict queue = opened.queue()) {
            assertThat(model.names()).containsExactlyInAnyOrder("conv1.weight", "bn1.num_batches_tracked");
            assertThat(model.get("conv1.weight").equal(Tensors.gaussian(1, 2, 3)))
                    .isTrue();
            assertThat(model.get("bn1.num_batches_tracked").shape()).isEmpty();
            assertThat(optimizer.get("momentum.conv1.weight").equal(Tensors.gaussian(2, 2, 3)))
                    .isTrue();
            assertThat(queue.get("queue").equal(Tensors.gaussian(3, 1, 4, 2))).isTrue();
        }
    }

    /** Bit patterns, among them NaN with a payload, −0 and the infinities, survive in every type. */
    @Test
    void everyTypeAndLayoutSurvives() {
        try (PointerScope scope = new PointerScope();
                StateDict model = new StateDict();
                StateDict none = new StateDict()) {
            Tensor bits = Tensors.pixels(5, 48);
            List<ScalarType> types = List.of(
                    ScalarType.Float,
                    ScalarType.Double,
                    ScalarType.Half,
                    ScalarType.BFloat16,
                    ScalarType.Long,
                    ScalarType.Int,
                    ScalarType.Short,
                    ScalarType.Char,
                    ScalarType.Byte);
            types.forEach(type -> model.add(type.toString(), bits.view(type)));
            model.add("bool", bits.gt(new org.bytedeco.pytorch.Scalar(127L)));
            model.add("empty", torch.zeros(0, 3));
            model.add("scalar", Tensors.floats(new double[] {2.5}));
            model.add("last", Tensors.gaussian(1, 2, 3, 4, 5).contiguous(MemoryFormat.ChannelsLast));
            model.add("transposed", Tensors.gaussian(1, 3, 5).t());
            model.add("trained", Tensors.gaussian(1, 3).set_requires_grad(true));
            Path saved = new CheckpointDirectory(root, 3)
                    .save(
                            new Contents(new Progress(121, 0, 0, 1, "", ""), ENCODER, model, none, null, CONFIG),
                            "0.1.0");
            Checkpoint opened = Checkpoint.open(saved);
            assertThat(opened.hasQueue()).isFalse();
            try (StateDict read = opened.model();
                    StateDict optimizer = opened.optimizer()) {
                assertThat(optimizer.size()).isZero();
                assertThat(read.names()).containsExactlyInAnyOrderElementsOf(model.names());
                model.forEach((name, tensor) -> {
                    Tensor actual = read.get(name);
                    assertThat(actual.scalar_type().intern())
                            .as(name)
                            .isEqualTo(tensor.scalar_type().intern());
                    assertThat(actual.shape()).as(name).isEqualTo(tensor.shape());
                    assertThat(actual.requires_grad()).isFalse();
                    if (tensor.dim() > 0 && tensor.numel() > 0) {
                        Tensor expected = tensor.detach().contiguous();
                        assertThat(actual.view(ScalarType.Byte).equal(expected.view(ScalarType.Byte)))
                                .as(name)
                                .isTrue();
                    }
                });
                assertThat(read.get("scalar").item_float()).isEqualTo(2.5f);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "optimizer.safetensors", "queue.safetensors", "config.yaml"})
    void everyFlippedByteIsNoticed(String name) throws IOException {
        Path file = checkpoint.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            Files.write(file, flipped);
            refused(file + ": damaged: its SHA-256 is not the manifest's");
        }
        Files.write(file, bytes);
        assertThat(Checkpoint.open(checkpoint).progress()).isEqualTo(PROGRESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "optimizer.safetensors", "queue.safetensors", "config.yaml"})
    void truncatedLengthenedAndMissingFilesAreNoticed(String name) throws IOException {
        Path file = checkpoint.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        refused(file + ": damaged: " + (bytes.length - 1) + " bytes, the manifest says " + bytes.length);
        Files.write(file, new byte[0]);
        refused(file + ": damaged: 0 bytes, the manifest says " + bytes.length);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length + 1));
        refused(file + ": damaged: " + (bytes.length + 1) + " bytes, the manifest says " + bytes.length);
        Files.delete(file);
        refused(file + ": missing");
        Files.createDirectory(file);
        refused(file + ": missing");
    }

    private void refused(String message) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(checkpoint))
                .withMessage(message);
    }

    @Test
    void aManifestTruncatedAnywhereIsRefused() throws IOException {
        Path manifest = checkpoint.resolve("manifest.json");
        byte[] bytes = Files.readAllBytes(manifest);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(manifest, java.util.Arrays.copyOf(bytes, length));
            assertThatExceptionOfType(CheckpointException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> Checkpoint.open(checkpoint))
                    .satisfies(e -> assertThat(e.getMessage())
                            .startsWith(manifest.toString())
                            .hasLineCount(1));
        }
    }

    @Test
    void aNewerFormatIsRefusedNamingBoth() throws IOException {
        edit("\"format\" : 2", "\"format\" : 3");
        refused(checkpoint
                + ": written in checkpoint format 3; this version of swav4j reads up to 2. Use a newer swav4j");
    }

    @Test
    void everyFlippedByteOfTheManifestAndItsSumIsNoticed() throws IOException {
        for (String name : List.of("manifest.json", "manifest.json.sha256")) {
            Path file = checkpoint.resolve(name);
            byte[] bytes = Files.readAllBytes(file);
            for (int i = 0; i < bytes.length; i++) {
                byte[] flipped = bytes.clone();
                flipped[i] ^= (byte) (1 << i % 8);
                Files.write(file, flipped);
                refused(checkpoint.resolve("manifest.json")
                        + ": damaged: its SHA-256 is not the one in manifest.json.sha256");
            }
            Files.write(file, bytes);
        }
        Files.delete(checkpoint.resolve("manifest.json.sha256"));
        refused(checkpoint.resolve("manifest.json.sha256") + ": missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../config.yaml", "/etc/hostname", "a/b", "..", ".", ""})
    void aManifestNamingAPlaceOutsideIsRefused(String name) throws IOException {
        Files.writeString(root.resolve("config.yaml"), CONFIG);
        edit("\"config.yaml\"", "\"" + name + "\"");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(checkpoint))
                .satisfies(e -> assertThat(e.getMessage())
                        .startsWith(checkpoint.toString())
                        .containsPattern("names a file outside the checkpoint|missing"));
    }

    @Test
    void manifestsOfAnotherShapeAreRefused() throws IOException {
        for (String text : List.of(
                "null",
                "[]",
                "7",
                "{}",
                "{\"format\":1}",
                "{\"format\":0,\"progress\":{},\"encoder\":{},\"files\":{}}",
                "{\"format\":\"1\"}",
                "{\"format\":1e99}",
                "{\"format\":1,\"progress\":{},\"encoder\":{},\"files\":{}}",
                "{\"format\":1,\"progress\":{\"step\":\"x\"},\"encoder\":{},\"files\":{}}",
                "\u0000")) {
            Files.writeString(checkpoint.resolve("manifest.json"), text);
            Files.deleteIfExists(checkpoint.resolve("manifest.json.sha256"));
            assertThatExceptionOfType(CheckpointException.class)
                    .as(text)
                    .isThrownBy(() -> Checkpoint.open(checkpoint))
                    .withMessageStartingWith(checkpoint.toString());
        }
    }

    @Test
    void aFileWithoutSizeAndSumIsRefused() throws IOException {
        Path manifest = checkpoint.resolve("manifest.json");
        String text = Files.readString(manifest);
        rewrite(text.replaceFirst("(?s)\"model\\.safetensors\" : \\{.*?\\}", "\"model.safetensors\" : null"));
        refused(manifest + ": states neither size nor sum of 'model.safetensors'");
    }

    @Test
    void aNeededFileMustBeListed() throws IOException {
        Path manifest = checkpoint.resolve("manifest.json");
        String text = Files.readString(manifest);
        rewrite(text.replaceFirst("(?s)\"model\\.safetensors\" : \\{.*?\\},", ""));
        refused(checkpoint + ": the manifest does not list model.safetensors");
    }

    /** Without an end, and without a size that would tell. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aDeviceIsNoManifest() throws IOException {
        for (String name : List.of("manifest.json", "manifest.json.sha256")) {
            Path file = checkpoint.resolve(name);
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            Files.createSymbolicLink(file, Path.of("/dev/zero"));
            refused(file + ": is not a file");
            Files.delete(file);
            Files.write(file, bytes);
        }
    }

    @Test
    void aHugeManifestIsNotRead() throws IOException {
        Files.write(checkpoint.resolve("manifest.json"), new byte[(1 << 20) + 1]);
        refused(checkpoint.resolve("manifest.json") + ": too long for a manifest");
    }

    @Test
    void findsWhatAUserNames() throws IOException {
        Path run = Files.createDirectories(root.resolve("run"));
        Files.createDirectories(run.resolve("checkpoints"));
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.find(run))
                .withMessage(run + ": neither a run that has saved a checkpoint yet, nor a checkpoint");
        Files.move(checkpoint, run.resolve("checkpoints/step-000000120"));
        assertThat(Checkpoint.find(run).progress()).isEqualTo(PROGRESS);
        assertThat(Checkpoint.find(run.resolve("checkpoints/step-000000120")).progress())
                .isEqualTo(PROGRESS);
        Path absent = root.resolve("absent");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.find(absent))
                .withMessage(absent + ": there is no such run or checkpoint");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(run))
                .withMessage(run + ": not a checkpoint, there is no manifest.json in it");
    }

    @Test
    void aFileIsNoCheckpoint() throws IOException {
        Path file = Files.write(root.resolve("swav.pth.tar"), new byte[] {(byte) 0x80, 2, '.'});
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.find(file))
                .withMessage(
                        file + ": is a file; a run and a checkpoint of swav4j are folders. Of a file of PyTorch's or a"
                                + " .safetensors, make one by: swav import " + file + " --out swav-encoder");
        Path spaced = Files.write(root.resolve("my weights.pth"), new byte[] {'P', 'K', 3, 4});
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.find(spaced))
                .withMessageEndingWith("swav import '" + spaced + "' --out 'my weights-encoder'");
        Path picture = Files.writeString(root.resolve("cat.pth"), "GIF89a");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.find(picture))
                .withMessage(picture + ": is a GIF image; a run and a checkpoint of swav4j are folders");
    }

    /** Written once, by another program than this one: later versions must go on reading them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void readsTheGoldenCheckpointOfEveryFormat(int format) throws URISyntaxException {
        Path golden = Path.of(CheckpointTest.class
                .getResource("/golden/checkpoint-format-" + format)
                .toURI());
        Checkpoint opened = Checkpoint.open(golden);
        assertThat(opened.summary().format()).isEqualTo(format);
        assertThat(opened.summary().version()).isEqualTo("0.1.0");
        try (StateDict monitor = opened.monitor()) {
            if (format == 1) {
                assertThat(opened.lineage()).isEqualTo(Lineage.NONE);
                assertThat(opened.knnTop1()).isEmpty();
                assertThat(monitor.size()).isZero();
            } else {
                assertThat(opened.lineage())
                        .isEqualTo(new Lineage("0f8fad5b-d9cb-469f-a165-70867728950e", "step-000001000"));
                assertThat(opened.knnTop1()).hasValue(0.4375);
                assertThat(opened.summary().created()).isEqualTo("2026-11-26T12:00:00Z");
                assertThat(Tensors.doubles(monitor.get("loss_watch"))).containsExactly(6.25, 1200);
            }
        }
        assertThat(opened.progress()).isEqualTo(new Progress(1200, 4, 17, 295, "5f70bf18", "AAEC/w=="));
        assertThat(opened.encoder()).isEqualTo(new EncoderInfo("resnet50w2", "imagenet", 224));
        assertThat(opened.configYaml()).isEqualTo("arch: resnet50w2\nseed: 31\n");
        try (StateDict model = opened.model();
                StateDict optimizer = opened.optimizer();
                StateDict queue = opened.queue()) {
            assertThat(model.names()).containsExactlyInAnyOrder("bn1.num_batches_tracked", "conv1.weight");
            assertThat(model.get("bn1.num_batches_tracked").item_long()).isEqualTo(1L << 40);
            assertThat(model.get("conv1.weight").shape()).containsExactly(2, 1, 1, 2);
            assertThat(Tensors.doubles(model.get("conv1.weight"))).containsExactly(0.5, -1.25, 3, 0.1f);
            assertThat(Tensors.doubles(optimizer.get("momentum.conv1.weight"))).containsExactly(1, 2, 3, 4);
            assertThat(queue.get("queue").shape()).containsExactly(1, 2, 2);
            assertThat(Tensors.doubles(queue.get("queue"))).containsExactly(0.6f, 0.8f, 0, -1);
        }
    }

    private void edit(String from, String to) throws IOException {
        Path manifest = checkpoint.resolve("manifest.json");
        String text = Files.readString(manifest);
        assertThat(text).contains(from);
        rewrite(text.replace(from, to));
    }

    /** Another manifest, with the sum it should have. */
    private void rewrite(String manifest) throws IOException {
        byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
        Files.write(checkpoint.resolve("manifest.json"), bytes);
        Files.write(checkpoint.resolve("manifest.json.sha256"), Manifest.sumLine(bytes));
    }
}
