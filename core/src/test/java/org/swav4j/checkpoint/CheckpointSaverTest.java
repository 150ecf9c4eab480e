package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

@Timeout(60)
class CheckpointSaverTest {
    @TempDir
    private Path temporary;

    private final StateDict model = new StateDict();
    private final StateDict optimizer = new StateDict();
    private Path root;

    @BeforeEach
    void state() {
        root = temporary.resolve("checkpoints");
        try (PointerScope scope = new PointerScope()) {
            model.add("w", Tensors.gaussian(1, 2, 3, 4, 5).contiguous(MemoryFormat.ChannelsLast));
            model.add("scalar", Tensors.floats(new double[] {2.5}));
        }
    }

    @AfterEach
    void free() {
        model.close();
        optimizer.close();
    }

    private Contents contents(long step) {
        return new Contents(
                new Progress(step, 0, 0, 1, "", ""),
                new EncoderInfo("resnet18", "small", 32),
                model,
                optimizer,
                null,
                "a: 1");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void savesTheStateOfTheMomentWhileItIsChanged() {
        CountDownLatch go = new CountDownLatch(1);
        try (PointerScope scope = new PointerScope();
                CheckpointSaver saver =
                        new CheckpointSaver(new CheckpointDirectory(root, 3), "0.1.0", () -> await(go))) {
            assertThat(saver.poll()).isEmpty();
            saver.begin(contents(1));
            assertThat(saver.isBusy()).isTrue();
            assertThat(saver.poll()).isEmpty();
            Tensor expected = model.get("w").clone();
            model.get("w").add_(new Scalar(1.0));
            optimizer.add("momentum.w", Tensors.gaussian(2, 2, 3));
            go.countDown();
            Path saved = saver.await().orElseThrow();
            assertThat(saver.isBusy()).isFalse();
            assertThat(saver.await()).isEmpty();
            try (StateDict read = Checkpoint.open(saved).model();
                    StateDict readOptimizer = Checkpoint.open(saved).optimizer()) {
                assertThat(read.get("w").equal(expected)).isTrue();
                assertThat(readOptimizer.size()).isZero();
            }

            saver.begin(contents(2));
            Path second = saver.await().orElseThrow();
            try (StateDict read = Checkpoint.open(second).model();
                    StateDict readOptimizer = Checkpoint.open(second).optimizer()) {
                assertThat(read.get("w").equal(model.get("w"))).isTrue();
                assertThat(readOptimizer.get("momentum.w").equal(Tensors.gaussian(2, 2, 3)))
                        .isTrue();
            }
        }
    }

    @Test
    void aSaveThatFailsIsToldOnceAndTheNextMaySucceed() throws IOException {
        Files.writeString(root, "a file");
        try (CheckpointSaver saver = new CheckpointSaver(new CheckpointDirectory(root, 3), "0.1.0", () -> {})) {
            saver.begin(contents(1));
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(saver::await)
                    .withMessageStartingWith(root.resolve("step-000000001") + ": cannot be written: ");
            assertThat(saver.poll()).isEmpty();
            Files.delete(root);
            saver.begin(contents(2));
            assertThat(saver.await()).hasValue(root.resolve("step-000000002"));
        }
    }

    @Test
    void whatElseGoesWrongOnTheThreadIsToldToo() {
        Runnable broken = () -> {
            throw new OutOfMemoryError("of the test");
        };
        try (CheckpointSaver saver = new CheckpointSaver(new CheckpointDirectory(root, 3), "0.1.0", broken)) {
            saver.begin(contents(1));
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(saver::await)
                    .withMessage("a checkpoint cannot be written: java.lang.OutOfMemoryError: of the test");
        }
    }

    @Test
    void anOutcomeMustBeTakenBeforeTheNextSave() {
        try (CheckpointSaver saver = new CheckpointSaver(new CheckpointDirectory(root, 3), "0.1.0", () -> {})) {
            saver.begin(contents(1));
            assertThatIllegalStateException().isThrownBy(() -> saver.begin(contents(2)));
        }
        assertThat(root.resolve("step-000000001/manifest.json"))
                .as("closing waits")
                .exists();
    }

    @Test
    void anInterruptDoesNotCutASaveShort() {
        try (CheckpointSaver saver = new CheckpointSaver(new CheckpointDirectory(root, 3), "0.1.0", () -> {})) {
            Thread.currentThread().interrupt();
            saver.begin(contents(1));
            Optional<Path> saved = saver.await();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(Checkpoint.open(saved.orElseThrow()).progress().step()).isEqualTo(1);
        }
    }

    @Test
    void memoryStaysFlatAndIsGivenBack() {
        long before = Pointer.totalCount();
        try (CheckpointSaver saver = new CheckpointSaver(new CheckpointDirectory(root, 1), "0.1.0", () -> {})) {
            saver.begin(contents(1));
            saver.await();
            long after = Pointer.totalCount();
            for (int step = 2; step <= 30; step++) {
                saver.begin(contents(step));
                saver.await();
            }
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(after + 2);
        }
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before + 2);
    }
}
