package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {

    @Test
    void ranksPartitionTheEpochAndGetEqualCounts() {
        for (int world : new int[] {1, 2, 3, 7}) {
            int[] all = IntStream.range(0, world)
                    .flatMap(rank -> {
                        int[] mine = EpochOrder.indices(31, 4, rank, world, 100);
                        assertThat(mine).hasSize(100 / world);
                        return Arrays.stream(mine);
                    })
                    .toArray();
            assertThat(all).doesNotHaveDuplicates().hasSize(100 / world * world);
            assertThat(Arrays.stream(all)).allMatch(i -> i >= 0 && i < 100);
        }
    }

    /** A resumed run, on any Java, must meet the same images: the order is pinned. */
    @Test
    void orderIsPinned() {
        assertThat(EpochOrder.indices(31, 2, 0, 1, 10)).containsExactly(7, 4, 3, 5, 0, 9, 8, 1, 2, 6);
    }

    @Test
    void epochsAndSeedsDiffer() {
        int[] one = EpochOrder.indices(31, 0, 0, 1, 50);
        assertThat(EpochOrder.indices(31, 1, 0, 1, 50)).isNotEqualTo(one);
        assertThat(EpochOrder.indices(32, 0, 0, 1, 50)).isNotEqualTo(one);
    }

    /** Each of the 6 orders of three images should come up 1000 times in 6000 epochs; 4 standard deviations are 115. */
    @Test
    void everyOrderIsEquallyLikely() {
        int[] counts = new int[27];
        for (int epoch = 0; epoch < 6000; epoch++) {
            int[] order = EpochOrder.indices(5, epoch, 0, 1, 3);
            counts[order[0] * 9 + order[1] * 3 + order[2]]++;
        }
        assertThat(Arrays.stream(counts).filter(c -> c > 0)).hasSize(6).allMatch(c -> Math.abs(c - 1000) < 115);
    }

    @Test
    void fewerImagesThanRanksAreNone() {
        assertThat(EpochOrder.indices(0, 0, 1, 4, 3)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EpochOrder.indices(0, 0, 4, 4, 30))
                .withMessage("rank must satisfy 0 <= rank < world: 4 of 4");
    }
}
