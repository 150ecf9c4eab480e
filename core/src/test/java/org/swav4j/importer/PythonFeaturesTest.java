package org.swav4j.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.format.NpyFile;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.Precision;

/** Features of imported encoders are those that the same weights give in Python, to 1e-4. */
class PythonFeaturesTest {
    private static final double TOLERANCE = 1e-4;
    private static final ImportedEncoder.Choices FREELY = new ImportedEncoder.Choices(null, null, 224, false);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"zip", "legacy"})
    void aTinyEncoder(String format) throws IOException {
        Path file = resource("tiny_" + format + ".pth.tar");
        ImportedEncoder encoder = importTo(file, "out");
        assertThat(encoder.encoder().arch()).isEqualTo("resnet10w0.016");
        assertThat(encoder.head().prototypes()).containsExactly(5L);
        assertThat(difference(
                        "out", 64, NpyFile.read(resource("tiny_features.npy")).toFloats()))
                .isLessThan(TOLERANCE);
    }

    /** With the reference's own checkpoint, and what the reference made of a crop. */
    @ParameterizedTest
    @ValueSource(strings = {"zip", "legacy"})
    void theReferencesEncoder(String format) throws IOException {
        Optional<GoldenSet> golden = GoldenSet.shared("g5a_basic");
        assumeTrue(golden.isPresent(), "shared/golden is not there");
        ImportedEncoder encoder = importTo(sharedFile("final_" + format + ".pth.tar"), "out");
        assertThat(encoder.encoder().arch()).isEqualTo("resnet18w0.125");
        assertThat(encoder.method()).isEqualTo(Method.SWAV);
        try (PointerScope scope = new PointerScope();
                FrozenEncoder frozen = FrozenEncoder.load(directory.resolve("out"), Placement.CPU, Precision.FP32)) {
            Tensor pixels = golden.get()
                    .tensor("batch0_large")
                    .select(0, 0)
                    .permute(0, 2, 3, 1)
                    .contiguous();
            Tensor expected = golden.get().tensor("eval_features_batch0_crop0");
            assertThat(GoldenSet.maxDifference(frozen.features(pixels), expected))
                    .isLessThan(TOLERANCE);
        }
    }

    /** Of the published weights' shapes; Python makes and saves them. */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({
        "resnet50, 224, zip legacy, 3000",
        "deepclusterv2, 224, legacy, 3000 3000 3000",
        "resnet50w2, 96, zip legacy, 3000",
        "resnet50w4, 96, legacy, 3000",
        "resnet50w5, 96, zip, 3000"
    })
    void publishedShapes(String name, int side, String formats, String prototypes)
            throws IOException, InterruptedException {
        assumeTrue(pythonHasTorch(), "there is no /usr/bin/python3 with torch and torchvision");
        List<String> command =
                new ArrayList<>(List.of(resource("make_fixtures.py").toString(), directory.toString(), name));
        command.addAll(List.of(formats.split(" ")));
        python(900, command.toArray(String[]::new));
        float[] expected =
                NpyFile.read(directory.resolve(name + "_features.npy")).toFloats();
        for (String format : formats.split(" ")) {
            Path file = directory.resolve(name + "_" + format + ".pth.tar");
            long start = System.nanoTime();
            ImportedEncoder encoder = importTo(file, format);
            long millis = (System.nanoTime() - start) / 1_000_000;
            boolean several = name.equals("deepclusterv2");
            assertThat(encoder.encoder().arch()).isEqualTo(several ? "resnet50" : name);
            assertThat(encoder.method()).isEqualTo(several ? Method.DEEPCLUSTER : Method.SWAV);
            assertThat(encoder.head().prototypes().stream().map(String::valueOf))
                    .containsExactly(prototypes.split(" "));
            double difference = difference(format, side, expected);
            System.out.println(name + ", " + format + ", " + (Files.size(file) >> 20) + " MiB: imported in " + millis
                    + " ms, features differ by " + difference);
            assertThat(difference).isLessThan(TOLERANCE);
        }
    }

    private ImportedEncoder importTo(Path file, String name) throws IOException {
        return EncoderImport.run(file, directory.resolve(name), FREELY, "0.1.0");
    }

    /** The largest, of the script's two images. */
    private double difference(String name, int side, float[] expected) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                FrozenEncoder frozen = FrozenEncoder.load(directory.resolve(name), Placement.CPU, Precision.FP32)) {
            double[] found = Tensors.doubles(frozen.features(pixels(side)));
            assertThat(found).hasSize(expected.length);
            double largest = 0;
            double scale = 0;
            for (int i = 0; i < found.length; i++) {
                largest = Math.max(largest, Math.abs(found[i] - expected[i]));
                scale = Math.max(scale, Math.abs(expected[i]));
            }
            assertThat(scale).isBetween(0.1, 100.0);
            return largest;
        }
    }

    private static Tensor pixels(int side) {
        byte[] bytes = new byte[2 * side * side * 3];
        int at = 0;
        for (int n = 0; n < 2; n++) {
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    for (int c = 0; c < 3; c++) {
                        bytes[at++] = (byte) (x * 7 + y * 13 + c * 29 + n * 101);
                    }
                }
            }
        }
        Tensor tensor = torch.zeros(new long[] {2, side, side, 3}, new TensorOptions(ScalarType.Byte));
        new org.bytedeco.javacpp.BytePointer(tensor.data_ptr()).put(bytes);
        return tensor;
    }

    private static boolean pythonHasTorch() throws InterruptedException {
        try {
            python(60, "-c", "import torch, torchvision");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void python(int seconds, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(seconds, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = PythonFeaturesTest.class.getResourceAsStream(name)) {
            return Files.write(directory.resolve(name), in.readAllBytes());
        }
    }

    private static Path sharedFile(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path file = at.resolve("shared/golden/g5a_basic").resolve(name);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new IllegalStateException(name);
    }
}
