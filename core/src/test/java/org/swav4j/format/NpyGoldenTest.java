package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Arrays that NumPy wrote, against the shapes and sums that were noted beside them. */
class NpyGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"g1_sinkhorn", "g2_loss", "g4_lr", "g5a_basic"})
    void readsWhatNumpyWrote(String set) throws IOException {
        Path folder = golden().resolve(set);
        JsonNode tensors = JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build()
                .readTree(folder.resolve("manifest.json").toFile())
                .get("tensors");
        int summed = 0;
        for (JsonNode tensor : tensors) {
            TensorBytes array = NpyFile.read(folder.resolve(tensor.get("file").asString()));
            long[] shape = new long[tensor.get("shape").size()];
            Arrays.setAll(shape, i -> tensor.get("shape").get(i).asLong());
            assertThat(array.shape()).isEqualTo(shape);
            double expected = tensor.path("sum").asDouble(Double.NaN);
            if (Double.isFinite(expected)) {
                assertThat(sum(array)).isCloseTo(expected, within(1e-9 * Math.max(1, Math.abs(expected))));
                summed++;
            }
        }
        assertThat(summed).isPositive();
    }

    private static double sum(TensorBytes array) {
        double sum = 0;
        if (array.dtype() == DType.F64) {
            for (double value : array.toDoubles()) {
                sum += value;
            }
        } else {
            for (float value : array.toFloats()) {
                sum += value;
            }
        }
        return sum;
    }

    private static Path golden() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path golden = at.resolve("shared/golden");
            if (Files.isDirectory(golden)) {
                return golden;
            }
        }
        return Assumptions.abort("no shared/golden above the working directory");
    }
}
