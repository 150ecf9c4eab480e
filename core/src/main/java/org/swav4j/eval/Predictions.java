package org.swav4j.eval;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a classifier said of labelled images.
 *
 * @param classes names by number
 * @param images [N], which images of their source these are; unreadable and unlabelled ones are left out
 * @param labels [N], the right class of each
 * @param ranked [N][R], the R likeliest classes of each, best first, R at most five; where a classifier has no opinion on
 *     further classes the row is shorter
 */
public record Predictions(List<String> classes, int[] images, int[] labels, int[][] ranked) {
    /** Checks that there is one of everything for each image. */
    public Predictions {
        classes = List.copyOf(classes);
        if (images.length != labels.length || images.length != ranked.length || images.length == 0) {
            throw new IllegalArgumentException("predictions of " + images.length + " images, " + labels.length
                    + " labels and " + ranked.length + " rankings");
        }
    }

    /** Number of images N. */
    public int size() {
        return labels.length;
    }

    /** Whether the right class of image {@code i} is among its first {@code places}. */
    public boolean isRight(int i, int places) {
        for (int place = 0; place < Math.min(places, ranked[i].length); place++) {
            if (ranked[i][place] == labels[i]) {
                return true;
            }
        }
        return false;
    }

    /** Share of images whose right class is among the first {@code places}, 0 to 1. */
    public double top(int places) {
        return (double) IntStream.range(0, size())
                        .filter(i -> isRight(i, places))
                        .count()
                / size();
    }

    /** Where {@link #top} would lie on other images of the same kind. */
    public Interval interval(int places) {
        boolean[] right = new boolean[size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = isRight(i, places);
        }
        return Interval.ofShare(right);
    }

    /** [classes][classes + 1] counts: row the right class, column the one said first; the last column counts no opinion. */
    public int[][] confusion() {
        int[][] counts = new int[classes.size()][classes.size() + 1];
        for (int i = 0; i < size(); i++) {
            counts[labels[i]][ranked[i].length == 0 ? classes.size() : ranked[i][0]]++;
        }
        return counts;
    }

    /** Per class the share of its images that were classified rightly; NaN for a class without images. */
    public double[] perClass() {
        int[][] confusion = confusion();
        return IntStream.range(0, classes.size())
                .mapToDouble(c ->
                        (double) confusion[c][c] / IntStream.of(confusion[c]).sum())
                .toArray();
    }
}
