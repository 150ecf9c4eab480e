package org.swav4j.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.data.LabelChoice;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.Predictions;

class ComparisonTest {
    private static final List<LabelChoice> HALF_AND_ALL = List.of(LabelChoice.parse("50%"), LabelChoice.parse("100%"));

    @TempDir
    private Path folder;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    /** Says the right class of every image, and notes what it was asked. */
    private static final class Asked implements FrozenClassification {
        private final List<String> encoders = new ArrayList<>();
        private final List<String> subsets = new ArrayList<>();

        @Override
        public Predictions classify(EncoderSource encoder, LabelledImages train, LabelledImages test) {
            encoders.add(encoder.fingerprint());
            subsets.add(train.fingerprint());
            int[] images = IntStream.range(0, test.size()).toArray();
            int[] labels = IntStream.of(images).map(test::label).toArray();
            int[][] ranked = IntStream.of(labels).mapToObj(l -> new int[] {l}).toArray(int[][]::new);
            return new Predictions(train.classNames(), images, labels, ranked);
        }

        @Override
        public String settings() {
            return "knows everything";
        }
    }

    private static Comparison comparison(Asked asked, int seeds) {
        TrainingTask task = Tasks.of(Tasks.RECIPE.withLength(4, 1, 2));
        return new Comparison(
                task,
                images -> task.recipe(),
                task.recipe().withRates(0.1, 0.1),
                HALF_AND_ALL,
                seeds,
                Optional.of(asked));
    }

    @Test
    void everyMethodSeesTheSameLabelsAndTakesTheSameSteps() {
        Asked asked = new Asked();
        List<Cell> cells = comparison(asked, 2)
                .run(CompareWatcher.NONE, () -> false, Optional.empty(), "0.1.0")
                .orElseThrow();
        assertThat(cells).extracting(Cell::method).containsExactly(repeated(4));
        assertThat(cells)
                .extracting(Cell::labels)
                .startsWith("50%", "50%", "50%", "50%")
                .endsWith("100%", "100%", "100%", "100%");
        assertThat(cells)
                .extracting(Cell::seed)
                .containsExactly(5L, 5L, 5L, 5L, 6L, 6L, 6L, 6L, 5L, 5L, 5L, 5L, 6L, 6L, 6L, 6L);
        // three classes of three images: half of each is two
        assertThat(cells).extracting(Cell::images).startsWith(6, 6, 6, 6).endsWith(9, 9, 9, 9);
        for (int i = 0; i < cells.size(); i += 4) {
            assertThat(cells.get(i).steps())
                    .isEqualTo(2)
                    .isEqualTo(cells.get(i + 1).steps());
            assertThat(cells.get(i + 2).top1()).isEqualTo(1);
        }
        // pretrained and fresh in turn, on one subset; the other seed has other fresh weights, and another half
        assertThat(asked.subsets.get(0)).isEqualTo(asked.subsets.get(1)).isNotEqualTo(asked.subsets.get(2));
        assertThat(asked.subsets.get(4)).isEqualTo(asked.subsets.get(6));
        assertThat(asked.encoders.get(0)).isEqualTo(asked.encoders.get(2)).endsWith(":3");
        assertThat(asked.encoders.get(1)).endsWith(":5");
        assertThat(asked.encoders.get(3)).endsWith(":6");
    }

    private static Method[] repeated(int times) {
        return IntStream.range(0, times)
                .boxed()
                .flatMap(i -> Stream.of(Method.values()))
                .toArray(Method[]::new);
    }

    @Test
    void stoppedItGoesOnBehindTheFinishedCells() throws Exception {
        List<Cell> expected = comparison(new Asked(), 1)
                .run(CompareWatcher.NONE, () -> false, Optional.empty(), "0.1.0")
                .orElseThrow();
        Path cells = folder.resolve("cells");
        List<Integer> found = new ArrayList<>();
        CompareWatcher counting = new CompareWatcher() {
            @Override
            public void cell(int number, int all, Cell cell) {
                found.add(number);
            }
        };
        Asked first = new Asked();
        assertThat(comparison(first, 1).run(counting, () -> found.size() == 3, Optional.of(cells), "0.1.0"))
                .isEmpty();
        assertThat(found).containsExactly(1, 2, 3);
        assertThat(first.encoders).hasSize(1);
        try (Stream<Path> files = Files.list(cells)) {
            Path one = files.sorted().findFirst().orElseThrow();
            Files.writeString(one, "{\"key\": ");
        }
        Asked second = new Asked();
        assertThat(comparison(second, 1).run(CompareWatcher.NONE, () -> false, Optional.of(cells), "0.1.0"))
                .contains(expected);
        Asked third = new Asked();
        assertThat(comparison(third, 1).run(CompareWatcher.NONE, () -> false, Optional.of(cells), "0.1.0"))
                .contains(expected);
        assertThat(third.encoders).as("found out again").isEmpty();
        try (Stream<Path> files = Files.list(cells)) {
            assertThat(files)
                    .hasSize(expected.size())
                    .allMatch(f -> f.toString().endsWith(".json"));
        }
    }
}
