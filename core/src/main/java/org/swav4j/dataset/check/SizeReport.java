package org.swav4j.dataset.check;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How large images are, in pixels.
 *
 * @param shorter of each image's width and height, the smaller
 * @param leastAspect the smallest width / height
 * @param greatestAspect the largest width / height
 * @param smaller how many images have a shorter side below each of {@link #LIMITS}
 * @param histogram of the shorter sides, in half octaves from the smallest to the largest, empty bins between included
 */
public record SizeReport(
        Range width,
        Range height,
        Range shorter,
        double leastAspect,
        double greatestAspect,
        List<Smaller> smaller,
        List<Bin> histogram) {

    /** The sides of common crops: CIFAR recipes, the small and the large crops of ImageNet recipes. */
    public static final List<Integer> LIMITS = List.of(32, 96, 224);

    /** The smallest, the middle and the largest of some values; of an even number, the lower of the two middle ones. */
    public record Range(int least, int median, int greatest) {
        static Range of(int[] values) {
            int[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Range(sorted[0], sorted[(sorted.length - 1) / 2], sorted[sorted.length - 1]);
        }

        /** Whether all values are equal. */
        public boolean single() {
            return least == greatest;
        }
    }

    /** How many images are below a limit on their shorter side. */
    public record Smaller(int limit, int images) {}

    /** How many images have a shorter side from {@code from} to below {@code to}. */
    public record Bin(double from, double to, int images) {}

    /** Takes copies. */
    public SizeReport {
        smaller = List.copyOf(smaller);
        histogram = List.copyOf(histogram);
    }

    /** {@code widths} and {@code heights}: of at least one image, in the same order. */
    static SizeReport of(int[] widths, int[] heights) {
        int images = widths.length;
        int[] shorter = IntStream.range(0, images)
                .map(i -> Math.min(widths[i], heights[i]))
                .toArray();
        double leastAspect = Double.POSITIVE_INFINITY;
        double greatestAspect = 0;
        for (int i = 0; i < images; i++) {
            double aspect = (double) widths[i] / heights[i];
            leastAspect = Math.min(leastAspect, aspect);
            greatestAspect = Math.max(greatestAspect, aspect);
        }
        List<Smaller> smaller = LIMITS.stream()
                .map(limit -> new Smaller(limit, (int)
                        Arrays.stream(shorter).filter(s -> s < limit).count()))
                .toList();
        return new SizeReport(
                Range.of(widths),
                Range.of(heights),
                Range.of(shorter),
                leastAspect,
                greatestAspect,
                smaller,
                histogram(shorter));
    }

    /** How many images have a shorter side below {@code limit}, which is one of {@link #LIMITS}. */
    public int below(int limit) {
        return smaller.stream()
                .filter(s -> s.limit() == limit)
                .findFirst()
                .orElseThrow()
                .images();
    }

    private static List<Bin> histogram(int[] shorter) {
        int first = halfOctave(Arrays.stream(shorter).min().orElseThrow());
        int last = halfOctave(Arrays.stream(shorter).max().orElseThrow());
        int[] counts = new int[last - first + 1];
        for (int side : shorter) {
            counts[halfOctave(side) - first]++;
        }
        return IntStream.range(0, counts.length)
                .mapToObj(i -> new Bin(edge(first + i), edge(first + i + 1), counts[i]))
                .toList();
    }

    private static double edge(int halfOctave) {
        // powers of two are exact, so that an image of 64 pixels is never below the edge at 64
        return Math.scalb((halfOctave & 1) == 0 ? 1 : Math.sqrt(2), halfOctave >> 1);
    }

    private static int halfOctave(int side) {
        int octave = 31 - Integer.numberOfLeadingZeros(side);
        return 2 * octave + (side >= edge(2 * octave + 1) ? 1 : 0);
    }
}
