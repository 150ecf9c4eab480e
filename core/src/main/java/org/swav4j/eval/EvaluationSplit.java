package org.swav4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;

/**
 * Labelled images that a classifier is made from, and others that it is tried on. Making one refuses, before any work, what
 * cannot be evaluated.
 *
 * @param train labelled images that are known
 * @param test labelled images to classify; its classes are among those of {@code train}
 */
public record EvaluationSplit(LabelledImages train, LabelledImages test) {
    private static final int SHOWN = 3;

    /**
     * Checks that images can be classified by others.
     *
     * @throws DataException if either has no classes or no image with a label, or {@code test} has classes that {@code train}
     *     has not
     */
    public EvaluationSplit {
        requireClasses(train);
        requireClasses(test);
        List<String> unknown = test.classNames().stream()
                .filter(name -> !train.classNames().contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            throw new DataException(test.description() + ": "
                    + (unknown.size() == 1 ? "class " + shown(unknown) + " is" : "classes " + shown(unknown) + " are")
                    + " not among those of " + train.description());
        }
        requireLabels(train);
        requireLabels(test);
    }

    /** What an evaluation of these must say beside its figures, in lines for people. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (LabelledImages images : List.of(train, test)) {
            int[] perClass = perClass(images);
            int unlabelled = images.size() - IntStream.of(perClass).sum();
            if (unlabelled > 0) {
                warnings.add(images.description() + ": " + unlabelled + " images have no label and are left out");
            }
            List<String> empty = IntStream.range(0, perClass.length)
                    .filter(c -> perClass[c] == 0)
                    .mapToObj(c -> images.classNames().get(c))
                    .toList();
            if (!empty.isEmpty()) {
                warnings.add(images.description() + ": "
                        + (empty.size() == 1
                                ? "class " + shown(empty) + " has no image"
                                : "classes " + shown(empty) + " have no images"));
            }
        }
        List<String> untested = train.classNames().stream()
                .filter(name -> !test.classNames().contains(name))
                .toList();
        if (!untested.isEmpty()) {
            warnings.add(test.description() + ": lacks "
                    + (untested.size() == 1 ? "class " : "classes ")
                    + shown(untested) + " of " + train.description() + ", so the figures say nothing of "
                    + (untested.size() == 1 ? "it" : "them"));
        }
        if (train.classNames().size() == 1) {
            warnings.add(train.description() + ": has one class only; whatever says that class is always right");
        }
        return warnings;
    }

    /** Training images that have a label. */
    public int trainImages() {
        return IntStream.of(perClass(train)).sum();
    }

    private static void requireClasses(LabelledImages images) {
        if (images.classNames().isEmpty()) {
            throw new DataException(images.description() + ": no classes; each class needs a folder of its own in it");
        }
    }

    private static void requireLabels(LabelledImages images) {
        if (IntStream.range(0, images.size()).noneMatch(i -> images.label(i) >= 0)) {
            throw new DataException(images.description() + ": no image has a label");
        }
    }

    private static int[] perClass(LabelledImages images) {
        int[] counts = new int[images.classNames().size()];
        for (int i = 0; i < images.size(); i++) {
            if (images.label(i) >= 0) {
                counts[images.label(i)]++;
            }
        }
        return counts;
    }

    /** The first few, and how many more. */
    private static String shown(List<String> names) {
        String few = String.join("', '", names.subList(0, Math.min(SHOWN, names.size())));
        return "'" + few + "'" + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
    }
}
