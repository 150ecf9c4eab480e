package org.swav4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.swav4j.eval.Predictions;

/**
 * The images of one class that were taken for one class.
 *
 * @param right their class
 * @param said the class they were taken for; the number of classes where there was no opinion
 * @param images indices into their source, ascending as the predictions are
 * @param ofClass number of all images of the right class
 */
record ConfusedCell(int right, int said, List<Integer> images, int ofClass) {
    /** Number of images. */
    int count() {
        return images.size();
    }

    /** Share of the right class's images. */
    double share() {
        return (double) count() / ofClass;
    }

    boolean isRight() {
        return right == said;
    }

    /** At most {@code most} of its images, spread evenly over them. */
    List<Integer> some(int most) {
        int shown = Math.min(most, count());
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < shown; i++) {
            chosen.add(images.get((int) ((long) i * count() / shown)));
        }
        return chosen;
    }

    /** All cells with images, by row and column. Their number is bounded by that of the images, not by the classes'. */
    static List<ConfusedCell> of(Predictions predictions) {
        int columns = predictions.classes().size() + 1;
        int[] ofClass = new int[predictions.classes().size()];
        TreeMap<Long, List<Integer>> found = new TreeMap<>();
        for (int i = 0; i < predictions.size(); i++) {
            int right = predictions.labels()[i];
            int[] ranked = predictions.ranked()[i];
            int said = ranked.length == 0 ? columns - 1 : ranked[0];
            ofClass[right]++;
            found.computeIfAbsent((long) right * columns + said, k -> new ArrayList<>())
                    .add(predictions.images()[i]);
        }
        List<ConfusedCell> cells = new ArrayList<>();
        found.forEach((place, images) -> {
            int right = (int) (place / columns);
            cells.add(new ConfusedCell(right, (int) (place % columns), images, ofClass[right]));
        });
        return cells;
    }

    /** The wrong ones, those with the most images first; equal ones by row and column. */
    static List<ConfusedCell> worst(List<ConfusedCell> cells) {
        return cells.stream()
                .filter(c -> !c.isRight())
                .sorted(Comparator.comparingInt((ConfusedCell c) -> -c.count()))
                .toList();
    }
}
