package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeldOutTest {
    /** 50 of class 0, 11 of class 1, two of class 2, one of class 3, none of class 4. */
    private static final int[] LABELS = IntStream.range(0, 64)
            .map(i -> i < 50 ? 0 : i < 61 ? 1 : i < 63 ? 2 : 3)
            .toArray();

    @Test
    void holdsOutTheSameShareOfEachClassAndNothingTwice() {
        HeldOut split = HeldOut.split(LABELS, 5, .2, 1);
        assertThat(split.heldOut()).hasSize(10 + 2 + 1).isSorted().doesNotHaveDuplicates();
        assertThat(count(split.heldOut(), 0)).isEqualTo(10);
        assertThat(count(split.heldOut(), 1)).isEqualTo(2);
        assertThat(count(split.heldOut(), 2)).isEqualTo(1);
        assertThat(IntStream.concat(Arrays.stream(split.fitted()), Arrays.stream(split.heldOut()))
                        .sorted())
                .containsExactly(IntStream.range(0, 64).boxed().toArray(Integer[]::new));
    }

    @Test
    void dependsOnTheSeedAlone() {
        assertThat(HeldOut.split(LABELS, 5, .2, 1).heldOut())
                .isEqualTo(HeldOut.split(LABELS, 5, .2, 1).heldOut())
                .isNotEqualTo(HeldOut.split(LABELS, 5, .2, 2).heldOut());
    }

    @Test
    void aClassOfOneImageStaysWhereItIsLearned() {
        assertThat(HeldOut.split(new int[] {0, 1, 2}, 3, .2, 1).heldOut()).isEmpty();
    }

    private static long count(int[] rows, int label) {
        return Arrays.stream(rows).filter(r -> LABELS[r] == label).count();
    }
}
