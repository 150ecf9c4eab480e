package org.swav4j.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.checkpoint.TensorFile;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.Safetensors;
import org.swav4j.tensor.StateDict;

/**
 * The file of a {@link LinearTraining} that is not over, as safetensors: classifiers, optimizer, and the scores of its epochs.
 *
 * @param key what its result depends on: what was written under another key is not gone on with
 */
record UnfinishedLinear(Path file, String key) {
    private static final String KEY = "swav4j.linear";
    private static final String SCORES = "scores";
    /** Of a stage in an epoch. */
    private static final int NUMBERS = 3;

    /**
     * Takes over what the file holds, if there is one and it fits.
     *
     * @param warnings told why it is not gone on with
     * @return per epoch that was saved and stage, the score
     */
    List<List<EpochScore>> restore(LinearHeads heads, int stages, Consumer<String> warnings) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            if (!key.equals(Safetensors.read(file).metadata().get(KEY))) {
                warnings.accept(file + ": is of an evaluation with other settings; beginning anew");
                return List.of();
            }
            try (StateDict state = TensorFile.read(file);
                    StateDict savedHeads = new StateDict();
                    StateDict savedOptimizer = new StateDict()) {
                state.forEach((name, tensor) -> {
                    if (!name.equals(SCORES)) {
                        (heads.parameters().contains(name) ? savedHeads : savedOptimizer).add(name, tensor);
                    }
                });
                heads.parameters().copyFrom(savedHeads, file.toString());
                heads.optimizer().restore(savedOptimizer, file.toString());
                return read(state.get(SCORES), stages);
            }
        } catch (IOException | IllegalArgumentException e) {
            warnings.accept(file + ": cannot be gone on with (" + e.getMessage() + "); beginning anew");
            return List.of();
        }
    }

    private static List<List<EpochScore>> read(Tensor saved, int stages) {
        double[] numbers = new double[Math.toIntExact(saved.numel())];
        try (PointerScope scope = new PointerScope()) {
            new DoublePointer(saved.data_ptr()).get(numbers);
        }
        List<List<EpochScore>> scores = new ArrayList<>();
        for (int at = 0; at < numbers.length; at += NUMBERS * stages) {
            List<EpochScore> epoch = new ArrayList<>();
            for (int s = 0; s < stages; s++) {
                int i = at + NUMBERS * s;
                epoch.add(new EpochScore(numbers[i], numbers[i + 1], numbers[i + 2]));
            }
            scores.add(epoch);
        }
        return scores;
    }

    /** Replaces the file. That it cannot be written is a warning: the training can go on. */
    void write(LinearHeads heads, List<List<EpochScore>> scores, Consumer<String> warnings) {
        double[] numbers = scores.stream()
                .flatMap(List::stream)
                .flatMapToDouble(s -> DoubleStream.of(s.loss(), s.top1(), s.top5()))
                .toArray();
        try (StateDict state = new StateDict();
                PointerScope scope = new PointerScope()) {
            heads.parameters().forEach(state::add);
            heads.optimizer().state().forEach(state::add);
            state.add(SCORES, FeatureRows.doubles(numbers, 0, numbers.length));
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, channel -> TensorFile.write(channel, state, Map.of(KEY, key)));
        } catch (IOException e) {
            warnings.accept(file + ": cannot be written, so a stop would begin anew: " + e.getMessage());
        }
    }
}
