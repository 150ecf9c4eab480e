package org.swav4j.dataset.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.swav4j.dataset.Percent;

/** What a report means for training, for those who would otherwise learn it from a bad run. */
public final class Advice {
    private static final Set<String> SPLITS =
            Set.of("train", "training", "test", "testing", "val", "valid", "validation");

    private Advice() {}

    /** Whole sentences, the weightiest first; none when nothing is remarkable. */
    public static List<String> of(DataReport report) {
        List<String> advice = new ArrayList<>();
        broken(report, advice);
        splits(report, advice);
        duplicates(report, advice);
        classes(report, advice);
        report.sizes().ifPresent(sizes -> sizes(report, sizes, advice));
        if (report.oneColour() > 0) {
            advice.add(images(report.oneColour()) + " of a single colour: there is nothing to learn from them.");
        }
        return advice;
    }

    private static void broken(DataReport report, List<String> advice) {
        if (!report.broken().isEmpty()) {
            advice.add(
                    "Training replaces a broken image by another one and lists it; fetch or convert them anew, or remove"
                            + " them.");
        }
    }

    private static void splits(DataReport report, List<String> advice) {
        List<String> splits = report.classes().stream()
                .map(DataReport.ClassCount::name)
                .filter(name -> SPLITS.contains(name.toLowerCase(Locale.ROOT)))
                .toList();
        if (!splits.isEmpty()) {
            advice.add("The first-level folders include " + String.join(" and ", splits)
                    + ", which look like splits, not classes: point --data at one of them.");
        }
    }

    private static void duplicates(DataReport report, List<String> advice) {
        long conflicting = report.duplicates().stream()
                .filter(DataReport.Duplicates::severalClasses)
                .count();
        if (conflicting > 0) {
            advice.add(count(conflicting, "set", "sets") + " of equal images "
                    + (conflicting == 1 ? "lies" : "lie") + " in different folders: wrong labels, or images that are in"
                    + " both training and test data.");
        } else if (report.superfluous() > 0 && report.superfluous() * 100L >= report.readable()) {
            advice.add(
                    "Repeated images weigh more than others in training; those beyond the first of each set can go.");
        }
    }

    private static void classes(DataReport report, List<String> advice) {
        Comparator<DataReport.ClassCount> bySize = Comparator.comparingInt(DataReport.ClassCount::images);
        report.classes().stream().min(bySize).ifPresent(smallest -> {
            DataReport.ClassCount largest =
                    report.classes().stream().max(bySize).orElseThrow();
            if (smallest.images() * 10L <= largest.images()) {
                advice.add(String.format(
                        Locale.ROOT,
                        "The largest class has %,d times the images of the smallest (%s); accuracies will mostly tell of"
                                + " large classes.",
                        largest.images() / smallest.images(),
                        smallest.name()));
            }
        });
    }

    private static void sizes(DataReport report, SizeReport sizes, List<String> advice) {
        int below = sizes.below(224);
        if (sizes.shorter().greatest() <= 64) {
            advice.add(
                    "All images are at most 64 pixels on their shorter side: --preset cifar10 is made for such images.");
        } else if (below > 0) {
            advice.add(Percent.of(below, report.readable())
                    + " of the images are smaller than the 224-pixel crops of the ImageNet recipes: they would be"
                    + " enlarged.");
        }
        List<String> extreme = new ArrayList<>();
        if (sizes.leastAspect() < 0.2) {
            extreme.add("tall");
        }
        if (sizes.greatestAspect() > 5) {
            extreme.add("wide");
        }
        if (!extreme.isEmpty()) {
            advice.add(extreme.stream().collect(Collectors.joining(" and ", "Some images are very ", ""))
                    + " (aspect "
                    + String.format(Locale.ROOT, "%.2f to %.2f", sizes.leastAspect(), sizes.greatestAspect())
                    + "): crops show little of them.");
        }
    }

    private static String images(long n) {
        return count(n, "image is", "images are");
    }

    private static String count(long n, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", n, n == 1 ? one : many);
    }
}
