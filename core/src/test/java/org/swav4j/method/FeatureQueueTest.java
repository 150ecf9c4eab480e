package org.swav4j.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.comm.ThreadRanks;

class FeatureQueueTest {
    /** Embeddings of one number each: [first, first + 1, ...]. */
    private static Tensor batch(int first, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = first + i;
        }
        return Tensors.floats(values, count, 1);
    }

    @Test
    void newestStandFirstAndTheOldestFallOut() {
        try (PointerScope scope = new PointerScope();
                FeatureQueue queue = new FeatureQueue(1, 6, torch.zeros(1, 1))) {
            Tensor rows = queue.state().get("queue");
            queue.push(0, batch(1, 2));
            assertThat(Tensors.doubles(rows)).containsExactly(1, 2, 0, 0, 0, 0);
            queue.push(0, batch(3, 2));
            assertThat(Tensors.doubles(rows)).containsExactly(3, 4, 1, 2, 0, 0);
            queue.push(0, batch(5, 2));
            queue.push(0, batch(7, 2));
            assertThat(Tensors.doubles(rows)).containsExactly(7, 8, 5, 6, 3, 4);
            // more rows than half: the shifted part overlaps itself
            queue.push(0, batch(9, 1));
            assertThat(Tensors.doubles(rows)).containsExactly(9, 7, 8, 5, 6, 3);
        }
    }

    @Test
    void aBatchAsLongAsTheQueueReplacesItAndALongerOneIsRefused() {
        try (PointerScope scope = new PointerScope();
                FeatureQueue queue = new FeatureQueue(1, 3, torch.zeros(1, 1))) {
            Tensor rows = queue.state().get("queue");
            queue.push(0, batch(1, 3));
            queue.push(0, batch(4, 3));
            assertThat(Tensors.doubles(rows)).containsExactly(4, 5, 6);
            assertThatThrownBy(() -> queue.push(0, batch(7, 4))).isInstanceOf(RuntimeException.class);
            assertThat(Tensors.doubles(rows)).containsExactly(4, 5, 6);
        }
    }

    @Test
    void isUsedOnlyOnceItIsFullAndStandsBeforeTheBatch() {
        try (PointerScope scope = new PointerScope();
                FeatureQueue queue = new FeatureQueue(2, 4, torch.zeros(1, 1))) {
            Tensor prototypes = Tensors.floats(new double[] {10, -1}, 2, 1).set_requires_grad(true);
            Tensor scores = Tensors.floats(new double[] {.1, .2, .3, .4}, 2, 2).set_requires_grad(true);
            queue.push(0, batch(1, 2));
            queue.push(1, batch(100, 2));
            Tensor early = queue.withPast(0, prototypes, scores);
            assertThat(early.equal(scores.detach())).isTrue();
            assertThat(early.requires_grad()).isFalse();
            assertThat(queue.inUse()).isEmpty();

            queue.push(0, batch(3, 2));
            Tensor both = queue.withPast(0, prototypes, scores);
            double[] values = Tensors.doubles(both);
            assertThat(both.shape()).containsExactly(6, 2);
            assertThat(both.requires_grad()).isFalse();
            assertThat(java.util.Arrays.copyOf(values, 8)).containsExactly(30, -3, 40, -4, 10, -1, 20, -2);
            assertThat(both.narrow(0, 4, 2).equal(scores.detach())).isTrue();
            assertThat(queue.withPast(1, prototypes, scores).shape())
                    .as("each crop's queue fills by itself")
                    .containsExactly(2, 2);
            assertThat(queue.inUse()).containsExactly(0);
        }
    }

    @Test
    void aRestoredQueueIsUsedAtOnce() {
        try (PointerScope scope = new PointerScope();
                FeatureQueue queue = new FeatureQueue(1, 4, torch.zeros(1, 1));
                FeatureQueue restored = new FeatureQueue(1, 4, torch.zeros(1, 1))) {
            queue.push(0, batch(1, 4));
            restored.state().copyFrom(queue.state(), "here");
            assertThat(restored.withPast(0, torch.ones(2, 1), torch.zeros(2, 2)).shape())
                    .containsExactly(6, 2);
        }
    }

    @Test
    void keepsCopiesOfWhatIsPushed() {
        try (PointerScope scope = new PointerScope();
                FeatureQueue queue = new FeatureQueue(1, 2, torch.zeros(1, 1).set_requires_grad(true))) {
            Tensor pushed = batch(1, 2);
            queue.push(0, pushed);
            pushed.zero_();
            assertThat(Tensors.doubles(queue.state().get("queue"))).containsExactly(1, 2);
            assertThat(queue.state().get("queue").requires_grad()).isFalse();
        }
    }

    /** The reference: {@code queue_length -= queue_length % (batch * world)}, then its share. */
    @ParameterizedTest
    @CsvSource({
        "3840, 64, 1, 3840",
        "3840, 256, 1, 3840",
        "3840, 250, 1, 3750",
        "3840, 64, 2, 1920",
        "100, 16, 2, 48",
        "31, 16, 2, 0",
        "0, 16, 1, 0",
    })
    void lengthIsRoundedDownToWholeStepsOfAllRanks(int total, int batch, int world, int expected) {
        assertThat(ThreadRanks.run(world, c -> FeatureQueue.lengthPerRank(total, batch, c)))
                .hasSize(world)
                .allMatch(rows -> rows == expected);
    }
}
