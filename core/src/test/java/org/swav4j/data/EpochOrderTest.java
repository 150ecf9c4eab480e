package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.data.EpochOrder.Stretch;

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

    @Test
    void ofASourceWithoutShardsTheWholeOrderIsOneWindow() {
        EpochOrder order = EpochOrder.shuffled(source(null, 10), 31, 2, 0, 1);
        assertThat(IntStream.range(0, 10).map(order::image)).containsExactly(7, 4, 3, 5, 0, 9, 8, 1, 2, 6);
        assertThat(order.windowStart(9)).isZero();
        assertThat(order.windowEnd(0)).isEqualTo(10);
    }

    /** Pinned like the other; shards are 0-3, 4-5, none, 6-9, windows at most three images. */
    @Test
    void orderOfShardsIsPinned() {
        ImageSource source = source(layout(new int[] {0, 4, 6, 6, 10}, 3, 1000), 10);
        EpochOrder order = EpochOrder.shuffled(source, 31, 2, 0, 1);
        assertThat(IntStream.range(0, 10).map(order::stored)).containsExactly(4, 5, 6, 7, 8, 9, 0, 1, 2, 3);
        assertThat(IntStream.range(0, 10).map(order::image)).containsExactly(6, 5, 4, 9, 8, 7, 0, 1, 2, 3);
        assertThat(IntStream.range(0, 10).map(order::windowStart)).containsExactly(0, 0, 0, 3, 3, 3, 6, 6, 6, 9);
        assertThat(order.windowEnd(9)).isEqualTo(10);
        EpochOrder next = EpochOrder.shuffled(source, 31, 3, 0, 1);
        assertThat(IntStream.range(0, 10).map(next::image).toArray())
                .isNotEqualTo(IntStream.range(0, 10).map(order::image).toArray());
    }

    @Test
    void windowsHoldTheSameImagesInBothOrdersAndNoMoreBytesThanAllowed() {
        ShardLayout layout = layout(new int[] {0, 30, 31, 77, 100}, 7, 300);
        for (int world : new int[] {1, 2, 3}) {
            boolean[] seen = new boolean[100];
            for (int rank = 0; rank < world; rank++) {
                EpochOrder order = EpochOrder.shuffled(source(layout, 100), 5, 1, rank, world);
                assertThat(order.size()).isEqualTo(100 / world);
                for (int start = 0; start < order.size(); start = order.windowEnd(start)) {
                    int end = order.windowEnd(start);
                    int[] visited =
                            IntStream.range(start, end).map(order::image).toArray();
                    assertThat(visited.length).isBetween(1, 7);
                    assertThat(IntStream.range(start, end).map(order::stored).toArray())
                            .containsExactlyInAnyOrder(visited);
                    assertThat(visited.length == 1
                                    || Arrays.stream(visited).map(layout::bytes).sum() <= 300)
                            .isTrue();
                    for (int image : visited) {
                        assertThat(seen[image]).isFalse();
                        seen[image] = true;
                    }
                }
            }
        }
    }

    /** Of a source with shards or without, in windows of the same images, and with the same stand-ins for broken ones. */
    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, true", "7, true", "97, true", "2, false", "5, false"})
    void ranksThatAreDealtAnOrderVisitWhatOneWouldTogether(int world, boolean sharded) {
        ImageSource source = source(sharded ? layout(new int[] {0, 30, 31, 77, 97}, 7, 300) : null, 97);
        EpochOrder one = EpochOrder.shuffled(source, 5, 1, 0, 1);
        for (int rank = 0; rank < world; rank++) {
            EpochOrder order = EpochOrder.dealt(source, 5, 1, rank, world);
            assertThat(order.size()).isEqualTo(97 / world);
            for (int i = 0; i < order.size(); i++) {
                assertThat(order.image(i)).isEqualTo(one.image(rank + i * world));
                assertThat(order.commonPosition(i)).isEqualTo(rank + i * world);
                SplittableRandom random = new SplittableRandom(i);
                SplittableRandom same = new SplittableRandom(i);
                assertThat(order.image(order.drawNear(i, random)))
                        .isEqualTo(one.image(one.drawNear(rank + i * world, same)));
                assertThat(order.image(order.draw(random))).isEqualTo(one.image(one.draw(same)));
            }
            for (int start = 0; sharded && start < order.size(); start = order.windowEnd(start)) {
                int end = order.windowEnd(start);
                int[] visited = IntStream.range(start, end).map(order::image).toArray();
                assertThat(IntStream.range(start, end).map(order::stored).toArray())
                        .as("as they lie in their shards")
                        .containsExactlyInAnyOrder(visited);
                assertThat(one.windowStart(rank + (end - 1) * world))
                        .as("a window is of one window")
                        .isEqualTo(one.windowStart(rank + start * world));
            }
        }
    }

    /** 97 images in batches of 12 are eight steps; the number of ranks changes after the third and after the fifth. */
    @ParameterizedTest
    @CsvSource({"1, 2, 2", "2, 1, 1", "2, 3, 3", "4, 2, 2", "3, 2, 4", "2, 3, 2", "4, 1, 3", "6, 4, 6"})
    void ranksThatGoOnForOthersVisitWhatIsLeftOnce(int one, int two, int three) {
        ImageSource source = source(layout(new int[] {0, 30, 31, 77, 97}, 7, 300), 97);
        List<Stretch> toTwo = List.of(new Stretch(one, 36));
        List<Stretch> toThree = List.of(new Stretch(one, 36), new Stretch(two, 60));
        List<Integer> visited = new ArrayList<>();
        visited.addAll(visit(source, one, List.of(), 0, 36));
        visited.addAll(visit(source, two, toTwo, 36, 60));
        visited.addAll(visit(source, three, toThree, 60, 96));
        assertThat(visited).doesNotHaveDuplicates().hasSize(96);
        for (int rank = 0; rank < three; rank++) {
            requireWindows(EpochOrder.shuffled(source, 5, 1, rank, three, toThree), (two == three ? 36 : 60) / three);
        }
    }

    /** What {@code world} ranks visit together from {@code from} to {@code to} images. */
    private static List<Integer> visit(ImageSource source, int world, List<Stretch> before, int from, int to) {
        List<Integer> visited = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            EpochOrder order = EpochOrder.shuffled(source, 5, 1, rank, world, before);
            for (int position = from / world; position < to / world; position++) {
                visited.add(order.image(position));
            }
        }
        return visited;
    }

    /** Windows hold the same images in both orders, and one begins where the order was divided last. */
    private static void requireWindows(EpochOrder order, int divided) {
        boolean begins = false;
        for (int start = 0; start < order.size(); start = order.windowEnd(start)) {
            int end = order.windowEnd(start);
            assertThat(IntStream.range(start, end).map(order::stored).toArray())
                    .hasSizeBetween(1, 7)
                    .containsExactlyInAnyOrder(
                            IntStream.range(start, end).map(order::image).toArray());
            begins |= start == divided;
        }
        assertThat(begins).isTrue();
    }

    @Test
    void asManyRanksAsBeforeVisitWhatTheyWouldHave() {
        ImageSource source = source(layout(new int[] {0, 30, 31, 77, 97}, 7, 300), 97);
        for (int rank = 0; rank < 3; rank++) {
            EpochOrder whole = EpochOrder.shuffled(source, 5, 1, rank, 3);
            EpochOrder gone = EpochOrder.shuffled(source, 5, 1, rank, 3, List.of(new Stretch(3, 36)));
            assertThat(IntStream.range(0, 32).map(gone::image).toArray())
                    .isEqualTo(IntStream.range(0, 32).map(whole::image).toArray());
            assertThat(IntStream.range(0, 32).map(gone::windowEnd).toArray())
                    .isEqualTo(IntStream.range(0, 32).map(whole::windowEnd).toArray());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EpochOrder.shuffled(source, 5, 1, 0, 2, List.of(new Stretch(3, 33))))
                .withMessage("33 visited images cannot be those of 3 ranks and of 2");
    }

    @Test
    void sequentialIsEveryImageInOrder() {
        EpochOrder order = EpochOrder.sequential(source(layout(new int[] {0, 4, 10}, 3, 1000), 10));
        assertThat(IntStream.range(0, 10).map(order::image)).isSorted();
        assertThat(order.windowStart(5)).isEqualTo(3);
        assertThat(EpochOrder.sequential(source(null, 0)).size()).isZero();
    }

    /** Image i has 50 + i bytes, the hundredth more than a window of 300 may hold. */
    private static ShardLayout layout(int[] starts, int windowImages, long windowBytes) {
        int[] bytes = IntStream.range(0, starts[starts.length - 1])
                .map(i -> i == 99 ? 500 : 50 + i)
                .toArray();
        return new ShardLayout(starts, bytes, windowImages, windowBytes);
    }

    private static ImageSource source(ShardLayout layout, int size) {
        return new ImageSource() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public String name(int index) {
                return index + ".jpg";
            }

            @Override
            public byte[] read(int index) {
                return new byte[0];
            }

            @Override
            public String fingerprint() {
                return "";
            }

            @Override
            public String description() {
                return "";
            }

            @Override
            public Optional<ShardLayout> shards() {
                return Optional.ofNullable(layout);
            }
        };
    }
}
