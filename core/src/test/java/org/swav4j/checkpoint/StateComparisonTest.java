package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.swav4j.tensor.StateDict;

/** Differences that were made by hand. */
class StateComparisonTest {
    @TempDir
    private Path directory;

    private static Tensor values(float... values) {
        return torch.tensor(values);
    }

    private Checkpoint checkpoint(String name, Map<String, Tensor> tensors, Tensor queue) {
        try (StateDict model = new StateDict();
                StateDict optimizer = new StateDict();
                StateDict queued = new StateDict()) {
            tensors.forEach(model::add);
            if (queue != null) {
                queued.add("queue", queue);
            }
            return Checkpoint.open(new CheckpointDirectory(directory.resolve(name), 1)
                    .save(
                            new Contents(
                                    new Progress(3, 0, 3, 7, "ab", "cd"),
                                    new EncoderInfo("resnet18", "small", 32),
                                    model,
                                    optimizer,
                                    queue == null ? null : queued,
                                    "seed: 1\n"),
                            "0.1.0"));
        }
    }

    private static Map<String, Tensor> tensors(Object... namesAndTensors) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTensors.length; i += 2) {
            tensors.put((String) namesAndTensors[i], (Tensor) namesAndTensors[i + 1]);
        }
        return tensors;
    }

    @Test
    void equalBitsAreEqualAndWhatIsNotThereIsNotCompared() {
        try (PointerScope scope = new PointerScope()) {
            Checkpoint one = checkpoint("one", tensors("a", values(1, Float.NaN), "b", values(-0f)), null);
            Checkpoint other = checkpoint("other", tensors("a", values(1, Float.NaN), "b", values(-0f)), null);
            assertThat(StateComparison.of(one, other))
                    .extracting(
                            StateComparison::file,
                            StateComparison::tensors,
                            StateComparison::differing,
                            StateComparison::largestIn)
                    .containsExactly(tuple("model.safetensors", 2, 0, ""), tuple("optimizer.safetensors", 0, 0, ""));
        }
    }

    @Test
    void theLargestDifferenceIsFoundWithItsTensor() {
        try (PointerScope scope = new PointerScope()) {
            Checkpoint one =
                    checkpoint("one", tensors("a", values(1, 2), "b", values(1, 2, 3), "c", values(5)), values(7));
            Checkpoint other = checkpoint(
                    "other", tensors("a", values(1, 2.25f), "b", values(1, -2, 3), "c", values(5)), values(7.5f));
            StateComparison model = StateComparison.of(one, other).get(0);
            assertThat(model.differing()).isEqualTo(2);
            assertThat(model.tensors()).isEqualTo(3);
            assertThat(model.largest()).isEqualTo(4);
            assertThat(model.largestIn()).isEqualTo("b");
            assertThat(model.unlike()).isEmpty();
            StateComparison queue = StateComparison.of(one, other).get(2);
            assertThat(queue.file()).isEqualTo("queue.safetensors");
            assertThat(queue.largest()).isEqualTo(0.5);
        }
    }

    /** Zeros of two signs are equal numbers, and still not what was trained. */
    @Test
    void bitsAreComparedNotNumbers() {
        try (PointerScope scope = new PointerScope()) {
            StateComparison model = StateComparison.of(
                            checkpoint("one", tensors("a", values(0f)), null),
                            checkpoint("other", tensors("a", values(-0f)), null))
                    .get(0);
            assertThat(model.differing()).isEqualTo(1);
            assertThat(model.largest()).isZero();
            assertThat(model.largestIn()).isEqualTo("a");
        }
    }

    @Test
    void whatIsNotANumberIsInfinitelyFarAway() {
        try (PointerScope scope = new PointerScope()) {
            StateComparison model = StateComparison.of(
                            checkpoint("one", tensors("a", values(9), "b", values(1)), null),
                            checkpoint("other", tensors("a", values(1), "b", values(Float.NaN)), null))
                    .get(0);
            assertThat(model.largest()).isInfinite();
            assertThat(model.largestIn()).isEqualTo("b");
        }
    }

    @Test
    void otherNamesTypesAndShapesAreNamed() {
        try (PointerScope scope = new PointerScope()) {
            Checkpoint one =
                    checkpoint("one", tensors("a", values(1), "shape", values(1, 2), "type", values(1)), values(7));
            Checkpoint other = checkpoint(
                    "other", tensors("shape", values(1), "type", values(1).to(ScalarType.Long), "z", values(1)), null);
            StateComparison model = StateComparison.of(one, other).get(0);
            assertThat(model.tensors()).isEqualTo(4);
            assertThat(model.differing()).isEqualTo(4);
            assertThat(model.unlike()).containsExactly("a", "shape", "type", "z");
            assertThat(StateComparison.of(one, other).get(2).unlike()).containsExactly("queue");
        }
    }

    /** Every type that is saved, at values that all of them have. */
    @ParameterizedTest
    @EnumSource(
            value = ScalarType.class,
            names = {"Double", "Float", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte"})
    void everyTypeIsRead(ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            StateComparison model = StateComparison.of(
                            checkpoint("one", tensors("a", values(3, 0, 100).to(type)), null),
                            checkpoint("other", tensors("a", values(3, 1, 96).to(type)), null))
                    .get(0);
            assertThat(model.largest()).isEqualTo(4);
        }
    }
}
