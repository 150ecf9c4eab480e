package org.swav4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.swav4j.FaultyFileSystem;
import org.swav4j.FaultyFileSystem.Fault;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.format.DType;
import org.swav4j.format.Safetensors;
import org.swav4j.tensor.StateDict;

class ExportTest {
    private static final EncoderInfo INFO = new EncoderInfo("resnet10w0.125", "small-stride2", 16);
    private static final int FAR_TOO_MANY = 2000;

    @TempDir
    private Path folder;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private Checkpoint network() {
        return SavedNetwork.save(folder.resolve("checkpoints"), INFO, 16, List.of(10));
    }

    private static ModelCard card(Checkpoint checkpoint) {
        return new ModelCard(checkpoint, Optional.empty(), "CC0-1.0", "swav export --out x", "0.1.0");
    }

    private static Export.Result write(Checkpoint checkpoint, ExportConfig config, Path file) throws IOException {
        return new Export(checkpoint, config).write(file, card(checkpoint));
    }

    @ParameterizedTest
    @CsvSource({
        "SAFETENSORS,TRUNK",
        "SAFETENSORS,EMBEDDING",
        "SAFETENSORS,SCORES",
        "PYTORCH,TRUNK",
        "PYTORCH,EMBEDDING",
        "PYTORCH,SCORES"
    })
    void weightsAreThoseOfThePartBitForBit(ExportFormat format, ExportedPart part) throws IOException {
        Checkpoint checkpoint = network();
        Path file = folder.resolve("weights");
        Export.Result result = write(checkpoint, ExportConfig.weights(format, part, 16), file);
        assertThat(result.largestDifference()).isZero();
        assertThat(result.bytes()).isEqualTo(Files.size(file));
        try (StateDict saved = checkpoint.model()) {
            List<String> names = saved.names().stream()
                    .filter(n -> part == ExportedPart.SCORES || !n.startsWith("prototypes"))
                    .filter(n -> part != ExportedPart.TRUNK || !n.startsWith("projection_head"))
                    .toList();
            try (StateDict wanted = new StateDict()) {
                names.forEach(n -> wanted.add(n, saved.get(n)));
                if (format == ExportFormat.PYTORCH) {
                    try (StateDict read = PyTorchFile.read(file, wanted)) {
                        assertThat(Tensors.differing(read, wanted)).isEmpty();
                    }
                } else {
                    Safetensors.File read = Safetensors.read(file);
                    assertThat(read.names()).containsExactlyElementsOf(names);
                    assertThat(read.metadata())
                            .containsEntry("format", "pt")
                            .containsEntry("swav4j.arch", "resnet10w0.125")
                            .containsEntry("license", "CC0-1.0");
                }
            }
        }
        assertThat(Export.card(file))
                .content()
                .contains("# weights", "resnet10w0.125, stem small-stride2", "| licence | CC0-1.0 |", "arch: tiny")
                .contains("16×16", "[0.228, 0.224, 0.225]", "`swav export --out x`", "| data | not recorded |");
    }

    @Test
    void theSameNetworkGivesTheSameBytes() throws IOException {
        Checkpoint checkpoint = network();
        for (ExportFormat format : ExportFormat.values()) {
            ExportConfig config = ExportConfig.weights(format, ExportedPart.SCORES, 16);
            write(checkpoint, config, folder.resolve("a"));
            write(checkpoint, config, folder.resolve("b"));
            assertThat(Files.mismatch(folder.resolve("a"), folder.resolve("b")))
                    .as(format.toString())
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SAFETENSORS", "PYTORCH"})
    void halfRoundsWeightsAndLeavesCounts(ExportFormat format) throws IOException {
        Checkpoint checkpoint = network();
        ExportConfig config = new ExportConfig(format, ExportedPart.TRUNK, 16, false, false, true, false);
        Path file = folder.resolve("half");
        Export.Result result = write(checkpoint, config, file);
        assertThat(result.largestDifference()).isZero();
        assertThat(result.roundingDifference()).isBetween(1e-7, 0.1);
        assertThat(Export.card(file)).content().contains("float16", "rounding to float16");
        if (format == ExportFormat.SAFETENSORS) {
            Safetensors.File read = Safetensors.read(file);
            assertThat(read.get("conv1.weight").dtype()).isEqualTo(DType.F16);
            assertThat(read.get("bn1.num_batches_tracked").dtype()).isEqualTo(DType.I64);
        }
    }

    /** Graphs are built from the description of the network, so each of its forms must come out as it is computed. */
    @ParameterizedTest
    @CsvSource({
        "resnet10w0.125, small-stride2, 16, TRUNK, 16",
        "resnet10w0.125, small, 16, EMBEDDING, 16",
        "resnet18w0.125, imagenet, 40, SCORES, 0",
        "resnet50w0.125, imagenet, 40, SCORES, 16",
        "resnet10w0.125, imagenet, 8, TRUNK, 16"
    })
    void graphsComputeWhatTheNetworkDoes(String arch, String stem, int size, ExportedPart part, int hidden)
            throws IOException {
        Checkpoint checkpoint = SavedNetwork.save(
                folder.resolve("checkpoints"), new EncoderInfo(arch, stem, 32), hidden, List.of(10, 4));
        Path file = folder.resolve("graph");
        for (boolean fold : new boolean[] {false, true}) {
            for (boolean bytes : new boolean[] {false, true}) {
                ExportConfig script = new ExportConfig(ExportFormat.TORCHSCRIPT, part, size, false, fold, false, bytes);
                assertThat(write(checkpoint, script, file).largestDifference()).isLessThan(fold ? 1e-4 : 1e-6);
                ExportConfig config = new ExportConfig(ExportFormat.ONNX, part, size, bytes, fold, false, bytes);
                Export.Result result = write(checkpoint, config, file);
                assertThat(result.largestDifference()).isLessThan(fold ? 1e-4 : 1e-6);
                try (Graph graph = OnnxReading.read(file)) {
                    assertThat(graph.input().bytes()).isEqualTo(bytes);
                    assertThat(graph.input().dynamic()).isEqualTo(bytes);
                    assertThat(graph.ops().stream().anyMatch(op -> op.type() == Op.Type.BatchNormalization))
                            .isNotEqualTo(fold);
                }
                if (part == ExportedPart.SCORES) {
                    assertThat(result.outputs()).isEqualTo(Map.of("scores0", 10, "scores1", 4));
                }
            }
        }
    }

    /** What the comparison is for. */
    @Test
    void aFileOfAnotherNetworkIsToldApart() throws IOException {
        Checkpoint checkpoint = network();
        ExportConfig config = new ExportConfig(ExportFormat.ONNX, ExportedPart.TRUNK, 16, false, true, false, false);
        try (FrozenNetwork network = FrozenNetwork.load(checkpoint, ExportedPart.TRUNK);
                Graph graph = NetworkGraph.of(network, config);
                NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            graph.weights().get("layer4.0.conv2.weight").mul_(new Scalar(1.1));
            try (GraphNetwork other = new GraphNetwork(graph)) {
                double difference = Agreement.largestDifference(network, other, 16);
                assertThat(difference).isGreaterThan(Agreement.LIMIT);
                assertThatExceptionOfType(ExportException.class)
                        .isThrownBy(() -> Agreement.require(difference, ExportFormat.ONNX))
                        .withMessageContaining("the onnx file computes something else than the network");
            }
        }
        assertThatExceptionOfType(ExportException.class)
                .isThrownBy(() -> Agreement.require(Double.NaN, ExportFormat.ONNX));
        Agreement.require(Agreement.LIMIT, ExportFormat.ONNX);
    }

    @ParameterizedTest
    @EnumSource(names = {"SAFETENSORS", "PYTORCH"})
    void aBitThatChangedOnTheDiskIsNoticed(ExportFormat format) throws IOException {
        Checkpoint checkpoint = network();
        Path file = folder.resolve("weights");
        write(checkpoint, ExportConfig.weights(format, ExportedPart.TRUNK, 16), file);
        try (FrozenNetwork network = FrozenNetwork.load(checkpoint, ExportedPart.TRUNK);
                WeightFile model = new WeightFile(network, format, false, Map.of())) {
            model.read(file).close();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
            assertThatExceptionOfType(ExportException.class)
                    .isThrownBy(() -> model.read(file))
                    .withMessageContaining("is not what was written");
        }
    }

    /** libtorch says what is wrong with it, in words, however it is damaged. */
    @Test
    void aDamagedProgramIsRefused() throws IOException {
        Checkpoint checkpoint = network();
        Path file = folder.resolve("encoder.pt");
        ExportConfig config =
                new ExportConfig(ExportFormat.TORCHSCRIPT, ExportedPart.TRUNK, 16, false, true, false, false);
        write(checkpoint, config, file);
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int code = text.indexOf("torch.relu");
        byte[] renamed = bytes.clone();
        renamed[code + 6] = 'z';
        for (byte[] damaged : List.of(renamed, Arrays.copyOf(bytes, bytes.length / 2), new byte[0])) {
            Files.write(file, damaged);
            assertThatExceptionOfType(ExportException.class)
                    .isThrownBy(() -> ScriptNetwork.read(file, false))
                    .withMessageStartingWith("libtorch cannot load the torchscript file: ")
                    .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
        }
    }

    @Test
    void whatAPartNeedsMustBeThere() throws IOException {
        Checkpoint trunkOnly;
        try (StateDict saved = network().model();
                StateDict trunk = new StateDict()) {
            saved.forEach((name, tensor) -> {
                if (ExportedPart.TRUNK.includes(name)) {
                    trunk.add(name, tensor);
                }
            });
            trunkOnly = SavedNetwork.save(folder.resolve("trunk"), INFO, trunk);
        }
        Path out = Files.createDirectory(folder.resolve("out"));
        write(trunkOnly, ExportConfig.weights(ExportFormat.ONNX, ExportedPart.TRUNK, 16), folder.resolve("x"));
        for (ExportedPart part : List.of(ExportedPart.EMBEDDING, ExportedPart.SCORES)) {
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(
                            () -> write(trunkOnly, ExportConfig.weights(ExportFormat.ONNX, part, 16), out.resolve("x")))
                    .withMessage(trunkOnly.directory() + ": has no projection head, which '" + part
                            + "' needs; the trunk can be exported");
        }
        assertThat(out).isEmptyDirectory();
    }

    @Test
    void whatIsNotFiniteOrTooLargeForHalfIsRefused() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        for (double value : new double[] {Double.POSITIVE_INFINITY, 1e6}) {
            Checkpoint checkpoint;
            try (StateDict saved = network().model();
                    PointerScope scope = new PointerScope()) {
                saved.get("bn1.running_var").fill_(new Scalar(value));
                checkpoint = SavedNetwork.save(folder.resolve("other" + value), INFO, saved);
            }
            ExportConfig config =
                    new ExportConfig(ExportFormat.SAFETENSORS, ExportedPart.TRUNK, 16, false, false, true, false);
            assertThatExceptionOfType(Exception.class)
                    .isThrownBy(() -> write(checkpoint, config, out.resolve("x")))
                    .withMessageContaining(
                            Double.isInfinite(value) ? "infinite or not a number" : "too large for float16");
        }
        assertThat(out).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource
    void whateverFailsNothingIsLeft(ExportFormat format) throws IOException {
        Checkpoint checkpoint = network();
        Path out = Files.createDirectory(folder.resolve("out"));
        ExportConfig config = ExportConfig.weights(format, ExportedPart.TRUNK, 16);
        // every operation near the beginning and the end, and some of the many writes between
        for (int n = 1, failures = 0; n < FAR_TOO_MANY; n += n < 6 ? 1 : 37, failures++) {
            FaultyFileSystem system = FaultyFileSystem.failingAt(Fault.DISK_FULL, n);
            try {
                write(checkpoint, config, system.at(out).resolve("model"));
                assertThat(failures).isGreaterThan(5);
                return;
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("model: cannot be written: " + FaultyFileSystem.DISK_FULL);
                try (Stream<Path> left = Files.list(out)) {
                    assertThat(left).as("after operation " + n).isEmpty();
                }
            }
        }
        throw new AssertionError("every export failed");
    }

    @Test
    void settingsThatDoNotGoTogetherAreNamed() {
        assertThat(new ExportConfig(ExportFormat.PYTORCH, ExportedPart.TRUNK, 4, true, true, false, true).problems())
                .hasSize(4)
                .anyMatch(p -> p.startsWith("--size: '4': must be from 8 to 2048"))
                .anyMatch(p -> p.startsWith("--dynamic: is for torchscript and onnx"));
        assertThat(new ExportConfig(ExportFormat.ONNX, ExportedPart.TRUNK, 32, true, true, true, true).problems())
                .containsExactly("--half: is for safetensors and pytorch; onnx is written in float32");
    }
}
