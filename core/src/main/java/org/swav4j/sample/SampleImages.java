package org.swav4j.sample;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The built-in sample data set: labelled JPEGs of 96×96 pixels in 12 classes, drawn by the program itself. A class is an
 * outline and a surface pattern; rotation, size, colours, lamp, background and noise differ in every image and say nothing
 * about it. Raw pixels and random features are therefore poor guides to the class, while an encoder that learns what views
 * of one image share finds it.
 *
 * <p>Layout: {@code train/<class>/00000.jpg ...}, {@code test/<class>/00000.jpg ...}, and a marker file that says what was
 * drawn. The same arguments give the same bytes on any number of threads.
 */
public final class SampleImages {
    /** Width and height of an image in pixels. */
    public static final int SIDE = SampleScene.SIDE;
    /** Training images per class, by default. */
    public static final int TRAIN_PER_CLASS = 500;
    /** Test images per class, by default. */
    public static final int TEST_PER_CLASS = 100;

    /** Raised whenever the drawing changes, so that a set drawn by an older program is not taken for today's. */
    private static final int VERSION = 2;

    private static final String MARKER = ".swav-sample";

    private SampleImages() {}

    /** The names of the classes, which are those of their folders, sorted. */
    public static List<String> classes() {
        return Stream.of(SampleClass.values()).map(SampleClass::folder).toList();
    }

    /**
     * Draws the set on all cores, replacing what an earlier call drew at {@code root}. It appears there whole or not at
     * all.
     *
     * @throws IOException if it cannot be written, if {@code root} holds anything else than a sample set, or if the thread
     *     was interrupted ({@link InterruptedIOException})
     * @throws IllegalArgumentException if a count is not in [1, 100000]
     */
    public static void draw(Path root, int trainPerClass, int testPerClass, long seed) throws IOException {
        draw(root, trainPerClass, testPerClass, seed, Runtime.getRuntime().availableProcessors());
    }

    static void draw(Path root, int trainPerClass, int testPerClass, long seed, int threads) throws IOException {
        requireCount("trainPerClass", trainPerClass);
        requireCount("testPerClass", testPerClass);
        Path home = root.toAbsolutePath().normalize();
        requireReplaceable(home);
        AtomicFolder.replace(home, folder -> {
            List<Job> jobs = new ArrayList<>();
            for (Split split : Split.values()) {
                addJobs(jobs, folder, split, split == Split.TRAIN ? trainPerClass : testPerClass);
            }
            drawAll(jobs, seed, threads);
            Files.writeString(folder.resolve(MARKER), marker(trainPerClass, testPerClass, seed));
        });
    }

    /** Whether {@code root} holds, whole, the set that {@link #draw} would put there. */
    public static boolean isComplete(Path root, int trainPerClass, int testPerClass, long seed) throws IOException {
        Path marker = root.resolve(MARKER);
        if (!Files.isRegularFile(marker)
                || !Files.readString(marker).equals(marker(trainPerClass, testPerClass, seed))) {
            return false;
        }
        for (Split split : Split.values()) {
            int expected = split == Split.TRAIN ? trainPerClass : testPerClass;
            for (SampleClass subject : SampleClass.values()) {
                Path folder = folder(root, split, subject);
                if (!Files.isDirectory(folder) || AtomicFolder.names(folder).size() != expected) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The part of the set that an image belongs to. */
    enum Split {
        TRAIN,
        TEST;

        String folder() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One image before compression: RGB bytes, [SIDE, SIDE, 3]. */
    static byte[] pixels(SampleClass subject, Split split, int index, long seed) {
        long key =
                mix(mix(mix(seed, split.folder().hashCode()), subject.folder().hashCode()), index);
        return new SampleScene(subject, new SplittableRandom(key)).draw();
    }

    /** For each {@code key} a bijection of {@code value}, far from linear: SplitMix64's finaliser (Steele et al. 2014). */
    private static long mix(long key, long value) {
        long z = key + 0x9e3779b97f4a7c15L * (value + 1);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private record Job(SampleClass subject, Split split, int index, Path file) {}

    private static void addJobs(List<Job> jobs, Path root, Split split, int perClass) throws IOException {
        for (SampleClass subject : SampleClass.values()) {
            Path folder = Files.createDirectories(folder(root, split, subject));
            for (int index = 0; index < perClass; index++) {
                String name = String.format(Locale.ROOT, "%05d.jpg", index);
                jobs.add(new Job(subject, split, index, folder.resolve(name)));
            }
        }
    }

    private static void drawAll(List<Job> jobs, long seed, int threads) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            AtomicInteger next = new AtomicInteger();
            List<Future<Void>> workers = new ArrayList<>();
            for (int worker = 0; worker < threads; worker++) {
                workers.add(pool.submit(() -> drawUntilDone(jobs, next, seed)));
            }
            for (Future<Void> worker : workers) {
                worker.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("drawing the sample images was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("a sample image could not be drawn", e.getCause());
        } finally {
            // nothing may still be writing when the caller deletes the half-drawn folder
            pool.shutdownNow();
            awaitEnd(pool);
        }
    }

    private static Void drawUntilDone(List<Job> jobs, AtomicInteger next, long seed) throws IOException {
        try (JpegEncoder jpeg = new JpegEncoder(SIDE)) {
            int taken = next.getAndIncrement();
            while (taken < jobs.size() && !Thread.currentThread().isInterrupted()) {
                Job job = jobs.get(taken);
                Files.write(job.file, jpeg.encode(pixels(job.subject, job.split, job.index, seed)));
                taken = next.getAndIncrement();
            }
            return null;
        }
    }

    private static void awaitEnd(ExecutorService pool) {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = pool.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path folder(Path root, Split split, SampleClass subject) {
        return root.resolve(split.folder()).resolve(subject.folder());
    }

    private static String marker(int trainPerClass, int testPerClass, long seed) {
        return "version " + VERSION + "\ntrain-per-class " + trainPerClass + "\ntest-per-class " + testPerClass
                + "\nseed " + seed + "\n";
    }

    private static void requireCount(String name, int count) {
        if (count < 1 || count > 100_000) {
            throw new IllegalArgumentException(name + ": must be in [1, 100000], got " + count);
        }
    }

    /**
     * Refuses to delete what is not ours. A folder without the marker may hold a user's own train and test images, so
     * everything in it must then bear a name of this set.
     */
    private static void requireReplaceable(Path home) throws IOException {
        if (home.getParent() == null || (Files.exists(home) && !Files.isDirectory(home))) {
            throw new IOException(home + ": the sample images need a folder of their own; name another");
        }
        if (!Files.exists(home) || Files.exists(home.resolve(MARKER))) {
            return;
        }
        List<String> splits = Stream.of(Split.values()).map(Split::folder).toList();
        for (String split : AtomicFolder.names(home)) {
            requireOwn(home, split, splits);
            for (String name : AtomicFolder.names(home.resolve(split))) {
                requireOwn(home, name, classes());
            }
        }
    }

    private static void requireOwn(Path home, String name, List<String> own) throws IOException {
        if (!own.contains(name)) {
            throw new IOException(home + ": holds '" + name
                    + "', which is no part of the sample images; name another folder for them");
        }
    }
}
