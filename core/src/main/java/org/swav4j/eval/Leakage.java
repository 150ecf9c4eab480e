package org.swav4j.eval;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.HashedImages.Hash;

/**
 * Test images that are among the training images, byte for byte. The same picture encoded anew, cropped or scaled is not
 * found: whole data sets are compared in the time it takes to read them, and copies of files are what careless splits have.
 *
 * @param copies one for each test image that is in train, ascending
 * @param testImages that were looked at
 */
public record Leakage(List<Copy> copies, int testImages) {
    /** A test image, and the first training image that is the same. */
    public record Copy(int test, int train) {}

    /** Copies the list. */
    public Leakage {
        copies = List.copyOf(copies);
    }

    /** Of images that were read; what was not read, or cannot be, is equal to nothing. */
    public static Leakage between(HashedImages train, HashedImages test) {
        Map<Hash, Integer> firstOf = new HashMap<>();
        for (int i = 0; i < test.size(); i++) {
            if (test.hash(i).known()) {
                firstOf.put(test.hash(i), -1);
            }
        }
        for (int i = 0; i < train.size(); i++) {
            int index = i;
            // only what the test has is kept, however many training images there are
            firstOf.computeIfPresent(train.hash(i), (hash, first) -> first < 0 ? index : first);
        }
        List<Copy> copies = new ArrayList<>();
        int looked = 0;
        for (int i = 0; i < test.size(); i++) {
            if (test.hash(i).known()) {
                looked++;
                int first = firstOf.get(test.hash(i));
                if (first >= 0) {
                    copies.add(new Copy(i, first));
                }
            }
        }
        return new Leakage(copies, looked);
    }

    /**
     * The same for images that nobody else reads: reads every image once, nothing decoded.
     *
     * @param workers threads that read, at least 1
     */
    public static Leakage between(LabelledImages train, LabelledImages test, int workers) {
        return ofAll(new HashedImages(train), new HashedImages(test), workers);
    }

    /**
     * Of all images, also those that were not read: these are read first, nothing decoded.
     *
     * @param workers threads that read, at least 1
     */
    public static Leakage ofAll(HashedImages train, HashedImages test, int workers) {
        readOthers(test, workers);
        readOthers(train, workers);
        return between(train, test);
    }

    private static void readOthers(HashedImages images, int workers) {
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try (ImageSource.Reading reading = images.reading(EpochOrder.sequential(images), 0)) {
            Callable<Void> task = () -> {
                for (int i = next.getAndIncrement(); i < images.size(); i = next.getAndIncrement()) {
                    try {
                        if (!images.hash(i).known()) {
                            reading.read(i);
                        }
                    } catch (IOException e) {
                        // it stays unread, and the evaluation itself tells of it
                    }
                }
                return null;
            };
            for (Future<Void> done : threads.invokeAll(
                    IntStream.range(0, workers).mapToObj(i -> task).toList())) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while images were compared", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException("images cannot be compared", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** What a report must say; empty if there are no copies. */
    public Optional<String> warning(LabelledImages train, LabelledImages test) {
        if (copies.isEmpty()) {
            return Optional.empty();
        }
        Copy first = copies.get(0);
        return Optional.of(String.format(
                Locale.ROOT,
                "%,d of %,d test images %s among the training images too, byte for byte, such as %s (train: %s); the accuracy"
                        + " counts %s",
                copies.size(),
                testImages,
                copies.size() == 1 ? "is" : "are",
                test.name(first.test()),
                train.name(first.train()),
                copies.size() == 1 ? "it" : "them"));
    }

    /** Predictions of the images that are not copies; empty if all are. */
    public Optional<Predictions> unseen(Predictions all) {
        BitSet copied = new BitSet();
        copies.forEach(copy -> copied.set(copy.test()));
        int[] rows = IntStream.range(0, all.size())
                .filter(row -> !copied.get(all.images()[row]))
                .toArray();
        return rows.length == 0
                ? Optional.empty()
                : Optional.of(new Predictions(
                        all.classes(),
                        IntStream.of(rows).map(row -> all.images()[row]).toArray(),
                        IntStream.of(rows).map(row -> all.labels()[row]).toArray(),
                        IntStream.of(rows).mapToObj(row -> all.ranked()[row]).toArray(int[][]::new)));
    }
}
