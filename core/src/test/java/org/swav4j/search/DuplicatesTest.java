package org.swav4j.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.data.DataException;
import org.swav4j.search.Duplicates.Group;
import org.swav4j.search.Duplicates.Image;
import org.swav4j.search.Duplicates.Member;

class DuplicatesTest {
    @TempDir
    private Path folder;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private VectorSet set(String name, float[]... vectors) throws Exception {
        return VectorSet.read(MadeUpVectors.csv(folder.resolve(name), vectors));
    }

    private static float[] atDegrees(double degrees) {
        double radians = Math.toRadians(degrees);
        return new float[] {(float) (3 * Math.cos(radians)), (float) (3 * Math.sin(radians))};
    }

    private static List<Integer> rows(Group group) {
        return group.members().stream().map(m -> m.image().row()).toList();
    }

    /** At 0, 5 and 10 degrees the ends are linked through the middle; 90 and 91 are a pair; 200 is alone. */
    @Test
    void groupsAreWhatLinksLeadBetween() throws Exception {
        double threshold = Math.cos(Math.toRadians(6));
        try (VectorSet set =
                set("a.csv", atDegrees(90), atDegrees(0), atDegrees(200), atDegrees(5), atDegrees(91), atDegrees(10))) {
            Duplicates found = Duplicates.find(set, Optional.empty(), threshold, done -> {});
            assertThat(found.pairs()).isEqualTo(3);
            assertThat(found.first()).isEqualTo(5);
            assertThat(found.second()).isZero();
            assertThat(found.groups()).hasSize(2);
            assertThat(rows(found.groups().get(0))).containsExactly(1, 3, 5);
            assertThat(rows(found.groups().get(1))).containsExactly(0, 4);
            Member member = found.groups().get(1).members().get(0);
            assertThat(member.nearest()).isEqualTo(new Image(0, 4));
            assertThat(member.similarity()).isCloseTo(Math.cos(Math.toRadians(1)), within(1e-6));
        }
    }

    @Test
    void copiesAreFoundAtAThresholdOfOne() throws Exception {
        float[][] vectors = MadeUpVectors.clustered(60, 33, 60, 1, 4);
        vectors[41] = vectors[7].clone();
        for (int i = 0; i < 33; i++) {
            vectors[52][i] = 3.7f * vectors[7][i];
        }
        try (VectorSet set = set("a.csv", vectors)) {
            Duplicates found = Duplicates.find(set, Optional.empty(), 1, done -> {});
            assertThat(found.groups()).hasSize(1);
            assertThat(rows(found.groups().get(0))).containsExactly(7, 41, 52);
        }
    }

    @Test
    void acrossSetsOnlyPairsOfBothCount() throws Exception {
        try (VectorSet test = set("test.csv", atDegrees(0), atDegrees(0.1), atDegrees(120), atDegrees(240));
                VectorSet train = set("train.csv", atDegrees(60), atDegrees(241), atDegrees(60), atDegrees(239.5))) {
            Duplicates found = Duplicates.find(test, Optional.of(train), 0.999, done -> {});
            assertThat(found.pairs()).isEqualTo(2);
            assertThat(found.first()).isEqualTo(1);
            assertThat(found.second()).isEqualTo(2);
            assertThat(found.groups()).hasSize(1);
            assertThat(found.groups().get(0).members().stream().map(Member::image))
                    .containsExactly(new Image(0, 3), new Image(1, 1), new Image(1, 3));
            assertThat(found.groups().get(0).members().get(0).nearest()).isEqualTo(new Image(1, 3));
        }
    }

    /** More images than a block has rows and columns, against every pair compared in float64. */
    @Test
    void blocksChangeNothing() throws Exception {
        int count = 4500;
        float[][] vectors = MadeUpVectors.clustered(count, 6, 1500, 0.05, 9);
        double[][] unit = new double[count][];
        Arrays.setAll(unit, row -> {
            double length = Math.sqrt(MadeUpVectors.product(vectors[row], vectors[row]));
            return IntStream.range(0, vectors[row].length)
                    .mapToDouble(i -> vectors[row][i] / length)
                    .toArray();
        });
        List<double[]> similar = new ArrayList<>();
        for (int a = 0; a < count; a++) {
            for (int b = a + 1; b < count; b++) {
                double cosine = 0;
                for (int i = 0; i < unit[a].length; i++) {
                    cosine += unit[a][i] * unit[b][i];
                }
                if (cosine > 0.999) {
                    similar.add(new double[] {cosine, a, b});
                }
            }
        }
        similar.sort(Comparator.comparingDouble(pair -> -pair[0]));
        // in the widest gap, so that rounding decides nothing
        int linked = 0;
        for (int i = 50; i < similar.size() - 1; i++) {
            boolean wider =
                    similar.get(i)[0] - similar.get(i + 1)[0] > similar.get(linked)[0] - similar.get(linked + 1)[0];
            linked = linked == 0 || wider ? i : linked;
        }
        assertThat(similar.get(linked)[0] - similar.get(linked + 1)[0]).isGreaterThan(1e-6);
        double threshold = (similar.get(linked)[0] + similar.get(linked + 1)[0]) / 2 + 2e-6;
        int[] root = new int[count];
        Arrays.setAll(root, i -> i);
        for (double[] pair : similar.subList(0, linked + 1)) {
            int from = root[(int) pair[2]];
            int to = root[(int) pair[1]];
            for (int i = 0; i < count; i++) {
                root[i] = root[i] == from ? to : root[i];
            }
        }
        Set<List<Integer>> expected = new HashSet<>();
        for (int a = 0; a < count; a++) {
            List<Integer> group = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (root[i] == root[a]) {
                    group.add(i);
                }
            }
            if (group.size() > 1) {
                expected.add(group);
            }
        }
        try (VectorSet set = set("a.csv", vectors)) {
            Duplicates found = Duplicates.find(set, Optional.empty(), threshold, done -> {});
            assertThat(expected).hasSizeGreaterThan(20);
            assertThat(found.groups()).hasSameSizeAs(expected);
            assertThat(found.pairs()).isEqualTo(linked + 1);
            List<Integer> sizes =
                    found.groups().stream().map(g -> g.members().size()).toList();
            assertThat(sizes).isSortedAccordingTo((x, y) -> y - x);
            assertThat(found.groups().stream().map(DuplicatesTest::rows)).allMatch(expected::contains);
            assertThat(Duplicates.find(set, Optional.empty(), threshold, done -> {}))
                    .isEqualTo(found);
        }
    }

    @Test
    void whatHasNoMeaningIsRefused() throws Exception {
        try (VectorSet two = set("a.csv", atDegrees(1));
                VectorSet three = set("b.csv", new float[] {1, 2, 3})) {
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(() -> Duplicates.find(two, Optional.of(three), 0.9, done -> {}))
                    .withMessage("vectors of 2 numbers cannot be compared with those of 3; both must be of the same"
                            + " encoder");
            for (double threshold : new double[] {-1, 1.01, Double.NaN}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> Duplicates.find(two, Optional.empty(), threshold, done -> {}));
            }
        }
    }
}
