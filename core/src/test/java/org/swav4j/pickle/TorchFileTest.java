package org.swav4j.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.format.FormatException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class TorchFileTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"plain_zip", "plain_legacy", "views_zip", "views_legacy"})
    void tensorsOfAllTypesAndViewsAreReadAsPythonReadsThem(String name) throws IOException {
        JsonNode expected =
                new ObjectMapper().readTree(resource("expected.json")).get(name.replaceFirst("_.*", ""));
        try (TorchFile file = TorchFile.open(copy(name + ".pth"))) {
            PickledDict root = (PickledDict) file.root();
            assertThat(root.entries().keySet()).hasSize(expected.size());
            for (Map.Entry<String, JsonNode> each : expected.properties()) {
                PickledTensor tensor = (PickledTensor) root.get(each.getKey());
                assertThat(tensor.shape())
                        .as(each.getKey())
                        .isEqualTo(longs(each.getValue().get("shape")));
                long[] wanted = longs(each.getValue().get("bytes"));
                byte[] found = read(file, tensor);
                if (each.getKey().equals("scalar")) {
                    assertThat(ByteBuffer.wrap(found)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .getLong())
                            .isEqualTo(7);
                } else {
                    assertThat(found).as(each.getKey()).hasSize(wanted.length);
                    for (int i = 0; i < wanted.length; i++) {
                        assertThat(found[i] & 255).as(each.getKey()).isEqualTo((int) wanted[i]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"values_zip", "values_legacy"})
    void plainValuesAreRead(String name) throws IOException {
        try (TorchFile file = TorchFile.open(copy(name + ".pth"))) {
            PickledDict root = (PickledDict) file.root();
            assertThat(root.get("epoch")).isEqualTo(3L);
            assertThat(root.get("best_acc")).isEqualTo(71.5);
            assertThat(root.get("count")).isEqualTo(-5L);
            assertThat(root.get("negative")).isEqualTo(-1L);
            assertThat(root.get("large")).isEqualTo(BigInteger.ONE.shiftLeft(80));
            assertThat(root.get("float")).isEqualTo(0.25);
            assertThat(root.entries()).containsEntry("none", null);
            assertThat(root.get("true")).isEqualTo(true);
            assertThat(root.get("text")).isEqualTo("ü\n");
            List<Object> list = ((PickledList) root.get("list")).values();
            assertThat(list.get(0)).isEqualTo(1L);
            assertThat(((PickledList) list.get(1)).values()).containsExactly(2L, 3L);
            assertThat(((PickledList) list.get(2)).values()).containsExactly(4L);
            assertThat(((PickledList) root.get("size")).values()).containsExactly(2L, 3L);
            assertThat(root.get("device")).isEqualTo("cpu");
            assertThat((byte[]) root.get("bytes")).containsExactly(0, 255);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"objects_zip", "objects_legacy"})
    void settingsOfTrainingProgramsArePassedOver(String name) throws IOException {
        try (TorchFile file = TorchFile.open(copy(name + ".pth"))) {
            PickledDict root = (PickledDict) file.root();
            PickledDict state = (PickledDict) root.get("state_dict");
            assertThat(floats(file, state.get("backbone.1"))).containsExactly(1, 2, 3);
            assertThat(floats(file, state.get("parameter"))).containsExactly(3);
            assertThat(floats(file, state.get("tagged"))).containsExactly(4);
            assertThat(root.get("epoch")).isEqualTo(3L);
            for (String each : List.of(
                    "args",
                    "hyper_parameters",
                    "config",
                    "by_name",
                    "set",
                    "when",
                    "array",
                    "torch_version",
                    "layout")) {
                assertThat(root.get(each)).as(each).isInstanceOf(PassedOver.class);
            }
            assertThat(root.get("config")).hasToString("an object of omegaconf.dictconfig.DictConfig");
            assertThat(file.passedOver())
                    .contains(
                            "argparse.Namespace",
                            "collections.Counter",
                            "numpy.core.multiarray._reconstruct",
                            "omegaconf.nodes.AnyNode",
                            "pathlib.PurePosixPath",
                            "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
                            "pytorch_lightning.utilities.parsing.AttributeDict",
                            "typing.Any");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip", "legacy"})
    void objectsOfAnUnknownClassAreRefusedUnlessTheUserSaysOtherwise(String format) throws IOException {
        Path path = copy("unknown_" + format + ".pth");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TorchFile.open(path).close())
                .withMessageContaining("refused: my_project.settings.Settings at byte")
                .withMessageEndingWith(
                        "; only tensors and plain values are read. --skip-objects passes over objects of other"
                                + " classes, and runs nothing either");
        try (TorchFile file = TorchFile.open(path, true)) {
            PickledDict root = (PickledDict) file.root();
            assertThat(floats(file, ((PickledDict) root.get("state_dict")).get("backbone.0")))
                    .containsExactly(0, 1, 2);
            assertThat(root.get("settings")).isEqualTo(new PassedOver("my_project.settings.Settings"));
            assertThat(file.passedOver()).containsExactly("my_project.settings.Settings");
        }
    }

    @Test
    void aWholeModuleIsToldFromItsState() throws IOException {
        Path path = copy("module_zip.pth");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TorchFile.open(path).close())
                .withMessageContaining("refused: a whole module was saved, torch.nn.modules.linear.Linear at byte")
                .withMessageEndingWith("; save its state with torch.save(model.state_dict(), FILE)");
    }

    private static float[] floats(TorchFile file, Object tensor) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(read(file, (PickledTensor) tensor)).order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(floats);
        return floats;
    }

    @Test
    void newerPickleProtocolsAreRead() throws IOException {
        try (TorchFile file = TorchFile.open(copy("protocol5.pth"))) {
            PickledTensor ones = (PickledTensor) ((PickledDict) file.root()).get("w");
            assertThat(ByteBuffer.wrap(read(file, ones))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getFloat(8))
                    .isEqualTo(1);
        }
    }

    @Test
    void storagesOfGpusAndPartsOfStoragesAreRead() throws IOException {
        byte[] pickle = PickleBytes.pickle()
                .global("torch._utils", "_rebuild_tensor")
                .op('(')
                .op('(')
                .text("storage")
                .global("torch.cuda", "FloatStorage")
                .text("0")
                .text("cuda:3")
                .number(4)
                .op('(')
                .text("view")
                .number(1)
                .number(3)
                .ops("ttQ")
                .number(1)
                .tuple(2)
                .tuple(1)
                .ops("tR.")
                .toBytes();
        byte[] numbers = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(4)
                .putFloat(10)
                .putFloat(11)
                .putFloat(12)
                .putFloat(13)
                .array();
        Path path = write(TorchFiles.legacy(
                pickle, PickleBytes.pickle().ops("](").text("0").ops("e.").toBytes(), numbers));
        try (TorchFile file = TorchFile.open(path)) {
            PickledTensor tensor = (PickledTensor) file.root();
            ByteBuffer values = ByteBuffer.wrap(read(file, tensor)).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(values.getFloat(0)).isEqualTo(12);
            assertThat(values.getFloat(4)).isEqualTo(13);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.read(tensor, ByteBuffer.allocate(7)))
                    .withMessageContaining("takes 8 bytes; there is room for 7");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"init_zip", "init_legacy", "final_zip", "final_legacy"})
    void checkpointsOfTheReferenceAreReadExactly(String name) throws IOException {
        Optional<Path> golden = golden();
        assumeTrue(golden.isPresent(), "shared/golden is not there");
        JsonNode pack = new ObjectMapper()
                .readTree(Files.readAllBytes(golden.get().resolve("manifest.json")))
                .get("packs")
                .get(name.replaceFirst("_.*", ""));
        byte[] bytes = Files.readAllBytes(golden.get().resolve(pack.get("file").asString()));
        try (TorchFile file = TorchFile.open(golden.get().resolve(name + ".pth.tar"))) {
            PickledDict state = (PickledDict) ((PickledDict) file.root()).get("state_dict");
            assertThat(state.entries()).hasSize(pack.get("entries").size());
            for (JsonNode entry : pack.get("entries")) {
                PickledTensor tensor =
                        (PickledTensor) state.get("module." + entry.get("name").asString());
                assertThat(tensor.shape()).isEqualTo(longs(entry.get("shape")));
                int from = entry.get("offset").asInt();
                assertThat(read(file, tensor))
                        .isEqualTo(java.util.Arrays.copyOfRange(
                                bytes, from, from + entry.get("bytes").asInt()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"values_zip", "plain_legacy"})
    void aFileCutOffAnywhereIsRefused(String name) throws IOException {
        byte[] whole = resource(name + ".pth");
        Path path = directory.resolve("cut.pth");
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, java.util.Arrays.copyOf(whole, length));
            assertThatExceptionOfType(FormatException.class)
                    .as("%s of %s bytes", length, whole.length)
                    .isThrownBy(() -> readAll(path))
                    .withMessageStartingWith(path + ": ");
        }
    }

    /** In a legacy file a changed number is another number; whatever is read, nothing else than a refusal may come of it. */
    @ParameterizedTest
    @ValueSource(strings = {"views_zip", "views_legacy"})
    void aChangedByteIsRefusedOrReadAsAnotherValue(String name) throws IOException {
        byte[] whole = resource(name + ".pth");
        Path path = directory.resolve("changed.pth");
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << (at % 8));
            Files.write(path, changed);
            try {
                readAll(path);
            } catch (FormatException e) {
                assertThat(e.getMessage()).startsWith(path + ": ").hasLineCount(1);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(whole.length / 4);
    }

    private static void readAll(Path path) throws IOException {
        try (TorchFile file = TorchFile.open(path)) {
            if (file.root() instanceof PickledDict dict) {
                for (Object value : dict.entries().values()) {
                    if (value instanceof PickledTensor tensor) {
                        read(file, tensor);
                    }
                }
            }
        }
    }

    static byte[] read(TorchFile file, PickledTensor tensor) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes());
        file.read(tensor, bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        return bytes.array();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("file.pth"), bytes);
    }

    private Path copy(String name) throws IOException {
        return write(resource(name));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = TorchFileTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static long[] longs(JsonNode array) {
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asLong();
        }
        return values;
    }

    private static Optional<Path> golden() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path folder = at.resolve("shared/golden/g5a_basic");
            if (Files.isDirectory(folder)) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }
}
