package org.swav4j.report;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What well-known figures mean, in a few words. */
final class FigureWords {
    private static final Map<String, String> KNOWN = Map.of(
            "nmi", "agreement of clusters and classes: 0 is none, 1 is perfect",
            "ari", "agreement of pairs of images, corrected for chance: 0 is chance, 1 is perfect",
            "purity", "images whose cluster's commonest class is theirs",
            "silhouette", "from −1 to 1: how much nearer images are to their cluster than to the next",
            "map", "mean over the classes of the average precision");

    private FigureWords() {}

    /**
     * Words below a figure.
     *
     * @param classes how many there are to guess from; empty if that is not known
     */
    static Optional<String> of(Figure figure, Optional<Integer> classes) {
        String name = figure.name().toLowerCase(Locale.ROOT);
        if (name.matches("(.*_)?top1(_.*)?")) {
            return Optional.of("right at the first guess" + chance(1, classes));
        }
        if (name.matches("(.*_)?top5(_.*)?")) {
            return Optional.of("right within five guesses" + chance(5, classes));
        }
        return Optional.ofNullable(KNOWN.get(name));
    }

    private static String chance(int guesses, Optional<Integer> classes) {
        return classes.map(c -> "; chance is " + Words.percent(Math.min(1, (double) guesses / c)))
                .orElse("");
    }
}
