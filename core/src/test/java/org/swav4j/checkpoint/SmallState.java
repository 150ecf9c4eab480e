package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

/** A training state of a few numbers, all of which follow from its step, with a queue. */
final class SmallState implements AutoCloseable {
    private final long step;
    private final StateDict model = new StateDict();
    private final StateDict optimizer = new StateDict();
    private final StateDict queue = new StateDict();

    SmallState(long step) {
        this.step = step;
        try (PointerScope scope = new PointerScope()) {
            model.add("conv1.weight", Tensors.gaussian(step, 2, 3));
            model.add("bn1.num_batches_tracked", torch.zeros(new long[0], new TensorOptions(ScalarType.Long)));
            optimizer.add("momentum.conv1.weight", Tensors.gaussian(step + 1, 2, 3));
            queue.add("queue", Tensors.gaussian(step + 2, 1, 4, 2));
        }
    }

    long step() {
        return step;
    }

    private Progress progress() {
        return new Progress(step, (int) step / 7, (int) step % 7, 7, "ab12", "c3RhdGU" + step);
    }

    private String config() {
        return "arch: resnet18\nseed: " + step + "\n";
    }

    /** Saves it among the checkpoints of {@code root}. */
    Path saveTo(Path root, int keep) {
        return new CheckpointDirectory(root, keep)
                .save(
                        new Contents(
                                progress(),
                                new EncoderInfo("resnet18", "small", 32),
                                model,
                                optimizer,
                                queue,
                                config()),
                        "0.1.0");
    }

    /** The newest whole checkpoint below {@code root} must be this state. */
    void requireNewestOf(Path root) {
        requireIn(new CheckpointDirectory(root, 1).newest(damaged -> {}).orElseThrow());
    }

    /** The checkpoint at {@code directory} must be this state. */
    void requireWhole(Path directory) {
        requireIn(Checkpoint.open(directory));
    }

    /** What is opened must be this state to the last bit. */
    void requireIn(Checkpoint opened) {
        assertThat(opened.progress()).isEqualTo(progress());
        assertThat(opened.encoder()).isEqualTo(new EncoderInfo("resnet18", "small", 32));
        assertThat(opened.configYaml()).isEqualTo(config());
        assertThat(opened.hasQueue()).isTrue();
        try (PointerScope scope = new PointerScope();
                StateDict readModel = opened.model();
                StateDict readOptimizer = opened.optimizer();
                StateDict readQueue = opened.queue()) {
            requireEqual(readModel, model);
            requireEqual(readOptimizer, optimizer);
            requireEqual(readQueue, queue);
        }
    }

    private static void requireEqual(StateDict actual, StateDict expected) {
        List<String> names = new ArrayList<>(expected.names());
        assertThat(actual.names()).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            assertThat(actual.get(name).shape()).isEqualTo(expected.get(name).shape());
            assertThat(actual.get(name).equal(expected.get(name))).as(name).isTrue();
        }
    }

    @Override
    public void close() {
        model.close();
        optimizer.close();
        queue.close();
    }
}
