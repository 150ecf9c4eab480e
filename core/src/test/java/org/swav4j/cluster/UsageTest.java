package org.swav4j.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class UsageTest {
    @Test
    void evenAndNot() {
        Usage even = new Usage(new int[] {3, 3, 3, 3});
        assertThat(even.entropy()).isCloseTo(Math.log(4), within(1e-15));
        assertThat(even.evenness()).isCloseTo(1, within(1e-15));
        assertThat(even.effective()).isCloseTo(4, within(1e-12));
        Usage one = new Usage(new int[] {0, 7, 0});
        assertThat(one.entropy()).isZero();
        assertThat(one.effective()).isOne();
        assertThat(one.empty()).containsExactly(0, 2);
        Usage some = new Usage(new int[] {1, 0, 2, 1});
        assertThat(some.entropy()).isCloseTo(1.5 * Math.log(2), within(1e-15));
        assertThat(some.byFill()).containsExactly(2, 0, 3, 1);
        assertThat(new Usage(new int[] {5}).evenness()).isOne();
    }

    @Test
    void overfullIsMoreThanTenFairSharesOfAtLeastOneImage() {
        int[] counts = new int[40];
        Arrays.fill(counts, 0, 38, 1);
        counts[38] = 20;
        counts[39] = 22;
        // 80 images for 40 prototypes: the limit is 20
        assertThat(new Usage(counts).limit()).isEqualTo(20);
        assertThat(new Usage(counts).overfull()).containsExactly(39);
        int[] sparse = new int[100];
        sparse[0] = 10;
        sparse[1] = 1;
        assertThat(new Usage(sparse).overfull()).isEmpty();
        sparse[1] = 11;
        assertThat(new Usage(sparse).overfull()).containsExactly(1);
    }

    @Test
    void samplesAreAscendingSeededAndComplete() {
        assertThat(Sample.of(5, 9, 1)).containsExactly(0, 1, 2, 3, 4);
        assertThat(Sample.of(5, 0, 1)).isEmpty();
        int[] sample = Sample.of(1000, 100, 1);
        assertThat(sample).hasSize(100).isSorted().doesNotHaveDuplicates();
        assertThat(Sample.of(1000, 100, 1)).containsExactly(sample);
        assertThat(Sample.of(1000, 100, 2)).isNotEqualTo(sample);
        int[] hits = new int[6];
        for (int seed = 0; seed < 6000; seed++) {
            for (int i : Sample.of(6, 2, seed)) {
                hits[i]++;
            }
        }
        // 2000 each on average, standard deviation 37
        assertThat(Arrays.stream(hits)).allMatch(h -> h > 1850 && h < 2150);
    }
}
