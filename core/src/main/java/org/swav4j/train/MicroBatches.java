package org.swav4j.train;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The arithmetic of cutting a batch into equal micro-batches. */
final class MicroBatches {
    /** Batch norm needs as many images. */
    private static final int LEAST_IMAGES = 2;

    private MicroBatches() {}

    /** The fewest micro-batches of at most {@code fitting} images; as many as possible if none are that small. */
    static int fewest(int batch, int fitting) {
        return counts(batch)
                .filter(count -> batch / count <= fitting)
                .findFirst()
                .orElseGet(() -> counts(batch).max().orElse(1));
    }

    /** What is wrong with so many micro-batches, naming the nearest numbers that are right. */
    static Optional<Problem> problem(int count, int batch) {
        if (counts(batch).anyMatch(c -> c == count)) {
            return Optional.empty();
        }
        Stream<Integer> nearest = Stream.of(
                        counts(batch).filter(c -> c < count).max(),
                        counts(batch).filter(c -> c > count).min())
                .flatMap(c -> c.stream().boxed());
        return Optional.of(Problem.of(
                Setting.GRAD_ACCUM,
                "'" + count + "': must cut the batch of " + batch + " into equal parts of at least " + LEAST_IMAGES
                        + " images; try " + nearest.map(String::valueOf).collect(Collectors.joining(" or "))));
    }

    /** How many there can be, ascending. */
    private static IntStream counts(int batch) {
        return IntStream.rangeClosed(1, Math.max(1, batch / LEAST_IMAGES)).filter(count -> batch % count == 0);
    }
}
