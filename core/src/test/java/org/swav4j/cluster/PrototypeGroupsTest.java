package org.swav4j.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PrototypeGroupsTest {
    /** 5 bunches of 6 prototypes around axes, and prototypes without images between them. */
    @Test
    void bunchesAreFoundAndUnusedPrototypesLeftOut() {
        SplittableRandom random = new SplittableRandom(2);
        float[][] prototypes = new float[35][8];
        int[] counts = new int[35];
        int[] bunch = new int[30];
        for (int p = 0; p < 35; p++) {
            for (int d = 0; d < 8; d++) {
                prototypes[p][d] = (float) (.2 * (random.nextDouble() - .5)) + (d == p % 5 ? 3 : 0);
            }
            counts[p] = p < 30 ? 1 + p : 0;
        }
        Arrays.setAll(bunch, p -> p % 5);
        int[] groups = PrototypeGroups.of(prototypes, counts, 5, 0);
        assertThat(Arrays.copyOfRange(groups, 30, 35)).containsOnly(-1);
        assertThat(Agreement.of(Arrays.copyOf(groups, 30), bunch).ari()).isOne();
        assertThat(PrototypeGroups.of(prototypes, counts, 5, 0)).containsExactly(groups);
    }

    @Test
    void prototypesWeighAsMuchAsTheyHaveImages() {
        // two groups of three directions 0°, 40°, 90°: the middle one goes where the split costs fewest images
        float[][] prototypes = {{1, 0}, {.766f, .643f}, {0, 1}};
        int[] near = PrototypeGroups.of(prototypes, new int[] {10, 10, 10}, 2, 1);
        assertThat(near[0]).isEqualTo(near[1]).isNotEqualTo(near[2]);
        // 0° has so many images that sharing its group costs more than the wider way to 90°
        int[] far = PrototypeGroups.of(prototypes, new int[] {1000, 10, 2}, 2, 1);
        assertThat(far[1]).isEqualTo(far[2]).isNotEqualTo(far[0]);
    }

    @Test
    void asManyGroupsAsThereCanBe() {
        float[][] alike = {{1, 0}, {1, 0}, {1, 0}, {0, 1}};
        assertThat(PrototypeGroups.of(alike, new int[] {1, 1, 1, 1}, 9, 0)).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(PrototypeGroups.of(alike, new int[] {0, 4, 0, 0}, 3, 0)).containsExactly(-1, 0, -1, -1);
        assertThat(PrototypeGroups.of(alike, new int[] {1, 1, 1, 1}, 1, 0)).containsOnly(0);
    }
}
