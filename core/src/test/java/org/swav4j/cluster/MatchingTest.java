package org.swav4j.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class MatchingTest {
    private static int right(int[] named, int[] clusters, int[] classes) {
        int right = 0;
        for (int i = 0; i < clusters.length; i++) {
            right += named[clusters[i]] == classes[i] ? 1 : 0;
        }
        return right;
    }

    @Test
    void theBestNamesTogetherAreNotEachClustersBest() {
        // cluster 0 is of class 0 three times and of class 1 twice, cluster 1 of class 0 three times
        int[] clusters = {0, 0, 0, 0, 0, 1, 1, 1};
        int[] classes = {0, 0, 0, 1, 1, 0, 0, 0};
        assertThat(Matching.classOf(clusters, classes)).containsExactly(1, 0);
    }

    @Test
    void moreClustersThanClassesAndFewer() {
        assertThat(Matching.classOf(new int[] {0, 1, 1, 2}, new int[] {0, 1, 1, 0}))
                .hasSize(3)
                .contains(0, 1, -1);
        assertThat(Matching.classOf(new int[] {0, 0, 0}, new int[] {2, 1, 2})).containsExactly(2);
        assertThat(Matching.classOf(new int[] {3}, new int[] {1})).containsExactly(-1, -1, -1, 1);
    }

    @RepeatedTest(20)
    void noOtherNamingIsBetter(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        int side = 2 + random.nextInt(5);
        int[] clusters = random.ints(60, 0, side).toArray();
        int[] classes = random.ints(60, 0, side).toArray();
        int[] most = new int[1];
        int[] names = new int[side];
        for (int c = 0; c < side; c++) {
            names[c] = c;
        }
        AgreementTest.permute(names, 0, order -> most[0] = Math.max(most[0], right(order, clusters, classes)));
        int[] named = Matching.classOf(clusters, classes);
        assertThat(named).doesNotHaveDuplicates();
        assertThat(right(named, clusters, classes)).isEqualTo(most[0]);
    }
}
