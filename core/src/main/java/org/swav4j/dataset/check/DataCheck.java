package org.swav4j.dataset.check;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.ImageHeader;
import org.swav4j.data.ImageSource;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.UnreadableImageException;

/**
 * Reads and decodes every image of a source once. Keeps some 45 bytes an image, whatever the images' size; the threads only
 * fill places that belong to one image each, and the report is made afterwards in the source's order.
 */
public final class DataCheck {
    private final ImageSource source;
    private final ContentHashes hashes;
    private final int[] widths;
    private final int[] heights;
    private final byte[] formats;
    private final boolean[] grey;
    private final boolean[] oneColour;
    private final int[] bytes;
    private final Map<Integer, String> broken = new ConcurrentSkipListMap<>();

    private DataCheck(ImageSource source) {
        this.source = source;
        int size = source.size();
        hashes = new ContentHashes(size);
        widths = new int[size];
        heights = new int[size];
        formats = new byte[size];
        grey = new boolean[size];
        oneColour = new boolean[size];
        bytes = new int[size];
    }

    /**
     * Looks through the images.
     *
     * @param threads at least 1
     * @param progress told now and then, by any thread but by one at a time, how many images are done
     */
    public static DataReport run(ImageSource source, int threads, IntConsumer progress) {
        DataCheck check = new DataCheck(source);
        check.lookThrough(threads, progress);
        return check.report();
    }

    private void lookThrough(int threads, IntConsumer progress) {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Object reporting = new Object();
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "swav-check");
            thread.setDaemon(true);
            return thread;
        });
        // archives are read from front to back
        try (ImageSource.Reading reading = source.reading(EpochOrder.sequential(source), 0)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                workers.add(pool.submit(() -> {
                    try (Look look = new Look(reading)) {
                        for (int i = next.getAndIncrement(); i < source.size(); i = next.getAndIncrement()) {
                            look.at(i);
                            if (done.incrementAndGet() % 64 == 0) {
                                synchronized (reporting) {
                                    progress.accept(done.get());
                                }
                            }
                        }
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            next.set(source.size());
            throw unwrapped(e.getCause());
        } catch (InterruptedException e) {
            next.set(source.size());
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking through " + source.description(), e);
        } finally {
            pool.shutdown();
        }
        progress.accept(source.size());
    }

    private static RuntimeException unwrapped(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
    }

    private boolean readable(int index) {
        return widths[index] > 0;
    }

    private DataReport report() {
        int[] readable =
                IntStream.range(0, source.size()).filter(this::readable).toArray();
        Optional<SizeReport> sizes = readable.length == 0
                ? Optional.empty()
                : Optional.of(SizeReport.of(
                        IntStream.of(readable).map(i -> widths[i]).toArray(),
                        IntStream.of(readable).map(i -> heights[i]).toArray()));
        return new DataReport(
                source.description(),
                source.size(),
                readable.length,
                IntStream.of(bytes).asLongStream().sum(),
                formatCounts(readable),
                sizes,
                (int) IntStream.of(readable).filter(i -> grey[i]).count(),
                (int) IntStream.of(readable).filter(i -> oneColour[i]).count(),
                classCounts(),
                (int) IntStream.range(0, source.size())
                        .filter(i -> label(i) < 0)
                        .count(),
                duplicates(),
                Stream.concat(
                                source.damaged().entrySet().stream()
                                        .map(e -> new DataReport.Broken(e.getKey(), e.getValue())),
                                broken.entrySet().stream()
                                        .map(e -> new DataReport.Broken(source.name(e.getKey()), e.getValue())))
                        .toList());
    }

    private Map<String, Integer> formatCounts(int[] readable) {
        Map<ImageHeader.Format, Integer> counts = new EnumMap<>(ImageHeader.Format.class);
        for (int i : readable) {
            counts.merge(ImageHeader.Format.values()[formats[i]], 1, Integer::sum);
        }
        Map<String, Integer> named = new TreeMap<>();
        counts.forEach((format, count) -> named.put(format.display(), count));
        return Counts.byFrequency(named);
    }

    private int label(int index) {
        return source instanceof LabelledImages labelled ? labelled.label(index) : -1;
    }

    private List<DataReport.ClassCount> classCounts() {
        if (!(source instanceof LabelledImages labelled)) {
            return List.of();
        }
        int[] counts = new int[labelled.classNames().size()];
        for (int i = 0; i < source.size(); i++) {
            if (labelled.label(i) >= 0) {
                counts[labelled.label(i)]++;
            }
        }
        return IntStream.range(0, counts.length)
                .mapToObj(c -> new DataReport.ClassCount(labelled.classNames().get(c), counts[c]))
                .toList();
    }

    private List<DataReport.Duplicates> duplicates() {
        return hashes.groups(this::readable).stream()
                .map(group -> new DataReport.Duplicates(
                        hashes.hex(group.get(0)),
                        group.stream().map(source::name).toList(),
                        group.stream().mapToInt(this::label).distinct().count() > 1))
                .toList();
    }

    /** What one thread needs to look at images. */
    private final class Look implements AutoCloseable {
        private final ImageDecoder decoder = new ImageDecoder();
        private final MessageDigest sha256 = ContentHashes.sha256();
        private final ImageSource.Reading reading;
        private byte[] row = new byte[0];

        Look(ImageSource.Reading reading) {
            this.reading = reading;
        }

        void at(int index) {
            try {
                byte[] encoded = reading.read(index);
                bytes[index] = encoded.length;
                Mat image = decoder.decode(encoded);
                hashes.put(index, sha256.digest(encoded));
                formats[index] =
                        (byte) ImageHeader.of(encoded).orElseThrow().format().ordinal();
                colours(index, image);
                heights[index] = image.rows();
                widths[index] = image.cols();
            } catch (UnreadableImageException | IOException e) {
                broken.put(index, UnreadableImageException.reason(e));
            }
        }

        /** Most photographs show colour in their first pixels, so that hardly any is looked at in full. */
        private void colours(int index, Mat image) {
            int length = 3 * image.cols();
            if (row.length < length) {
                row = new byte[length];
            }
            boolean noColour = true;
            boolean allEqual = true;
            byte[] first = new byte[3];
            try (BytePointer pixels = image.data()) {
                long stride = image.step();
                for (int y = 0; y < image.rows() && (noColour || allEqual); y++) {
                    pixels.position(y * stride).get(row, 0, length);
                    if (y == 0) {
                        System.arraycopy(row, 0, first, 0, 3);
                    }
                    for (int x = 0; x < length && (noColour || allEqual); x += 3) {
                        noColour &= row[x] == row[x + 1] && row[x] == row[x + 2];
                        allEqual &= row[x] == first[0] && row[x + 1] == first[1] && row[x + 2] == first[2];
                    }
                }
            }
            grey[index] = noColour;
            oneColour[index] = allEqual;
        }

        @Override
        public void close() {
            decoder.close();
        }
    }
}
