package org.swav4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decodes mutations {@code from} to {@code to} and prints what became of them; 1 on a leak, a hang or a picture over the
 * limit. The number under way is kept in a file, which a crash leaves behind. Photographs are taken from a zip archive if
 * one is given.
 */
final class DecoderFuzz {
    private static final long LIMIT_NANOS = 2_000_000_000L;
    private static final int PHOTOGRAPHS = 8;
    /** What the heap and the allocators may still grow by once every format was decoded many times. */
    private static final long GROWTH = 192L << 20;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, Integer> outcomes = new TreeMap<>();
    private long slowestNanos;
    private long slowest;

    private DecoderFuzz() {}

    /** Arguments: from, to, the file for the number under way, and a zip archive of photographs or {@code -}. */
    public static void main(String[] arguments) throws IOException {
        long from = Long.parseLong(arguments[0]);
        long to = Long.parseLong(arguments[1]);
        try (FileChannel channel = FileChannel.open(
                Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer underWay = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
            Mutator mutator = new Mutator(images(Path.of(arguments[3])));
            new DecoderFuzz().run(mutator, from, to, underWay);
        }
    }

    private static List<byte[]> images(Path zip) throws IOException {
        List<byte[]> images = new ArrayList<>(HostileCorpus.images().values());
        if (!Files.exists(zip)) {
            return images;
        }
        try (ZipFile file = new ZipFile(zip.toFile())) {
            Enumeration<? extends ZipEntry> entries = file.entries();
            int added = 0;
            while (entries.hasMoreElements() && added < PHOTOGRAPHS) {
                ZipEntry entry = entries.nextElement();
                if (!entry.isDirectory() && entry.getSize() < 60_000) {
                    try (InputStream in = file.getInputStream(entry)) {
                        images.add(in.readAllBytes());
                    }
                    added++;
                }
            }
        }
        return images;
    }

    private void run(Mutator mutator, long from, long to, MappedByteBuffer underWay) {
        Thread decoding = Thread.currentThread();
        watch(decoding, underWay);
        long begin = System.nanoTime();
        long settled = 0;
        long pointers = Pointer.totalBytes();
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (long number = from; number < to; number++) {
                byte[] bytes = mutator.mutation(number);
                underWay.putLong(0, number);
                long start = System.nanoTime();
                decode(decoder, bytes, number);
                long nanos = System.nanoTime() - start;
                if (nanos > slowestNanos) {
                    slowestNanos = nanos;
                    slowest = number;
                }
                if (number == from + (to - from) / 2) {
                    settled = memory();
                }
            }
        }
        long grown = memory() - settled;
        double seconds = (System.nanoTime() - begin) / 1e9;
        outcomes.forEach((outcome, count) -> System.out.printf("%,8d  %s%n", count, outcome));
        System.out.printf(
                "%,d mutations in %.1f s (%.0f a second), slowest %.3f s (%d), grown by %d MB, %d bytes in pointers%n",
                to - from,
                seconds,
                (to - from) / seconds,
                slowestNanos / 1e9,
                slowest,
                grown >> 20,
                Pointer.totalBytes() - pointers);
        if (grown > GROWTH || Pointer.totalBytes() > pointers) {
            System.out.println("memory was lost");
            System.exit(1);
        }
    }

    private static long memory() {
        System.gc();
        return Pointer.physicalBytes();
    }

    private void decode(ImageDecoder decoder, byte[] bytes, long number) {
        try {
            Mat image = decoder.decode(bytes);
            if ((long) image.rows() * image.cols() > ImageDecoder.MAX_PIXELS) {
                System.out.printf("%d: %d x %d pixels were decoded%n", number, image.cols(), image.rows());
                System.exit(1);
            }
            ImageHeader header = ImageHeader.of(bytes).orElseThrow();
            ImageSize claimed = header.size().orElseThrow();
            boolean same = claimed.width() == image.cols() && claimed.height() == image.rows();
            boolean turned = header.format() == ImageHeader.Format.TIFF
                    && claimed.width() == image.rows()
                    && claimed.height() == image.cols();
            if (!same && !turned) {
                System.out.printf("%d: %s became %d x %d pixels%n", number, header, image.cols(), image.rows());
                System.exit(1);
            }
            count("decoded " + header.format().display());
        } catch (UnreadableImageException e) {
            count(e.getMessage().replaceAll("[0-9][0-9,]*", "N"));
        }
    }

    private void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    /** Ends the process when one image takes too much of the processor's time, or of ten times as much of the clock's. */
    private static void watch(Thread decoding, MappedByteBuffer underWay) {
        Thread watchdog = new Thread(
                () -> {
                    long seen = -1;
                    long cpu = 0;
                    long clock = 0;
                    while (true) {
                        long number = underWay.getLong(0);
                        long cpuNow = THREADS.getThreadCpuTime(decoding.getId());
                        if (number != seen) {
                            seen = number;
                            cpu = cpuNow;
                            clock = System.nanoTime();
                        } else if (cpuNow - cpu > LIMIT_NANOS || System.nanoTime() - clock > 10 * LIMIT_NANOS) {
                            System.out.println(number + ": took longer than 2 s");
                            Runtime.getRuntime().halt(1);
                        }
                        try {
                            Thread.sleep(100);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                },
                "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
