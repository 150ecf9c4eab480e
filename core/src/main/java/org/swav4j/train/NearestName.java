package org.swav4j.train;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody meant by a name that does not exist. */
public final class NearestName {
    private static final int SHORTEST_BEGINNING = 3;

    private NearestName() {}

    /**
     * The known name that is fewest edits (insertion, deletion, replacement, swap of neighbours) from the given one, if
     * that is near enough to be meant: at most a third of its length; else the first that begins with it.
     */
    public static Optional<String> of(String name, Collection<String> known) {
        String wanted = plain(name);
        int enough = Math.max(1, wanted.length() / 3);
        Optional<String> nearest = known.stream()
                .filter(k -> distance(wanted, plain(k)) <= enough)
                .min(Comparator.<String>comparingInt(k -> distance(wanted, plain(k)))
                        .thenComparing(Comparator.naturalOrder()));
        return nearest.or(() -> known.stream()
                .filter(k -> wanted.length() >= SHORTEST_BEGINNING && plain(k).startsWith(wanted))
                .min(Comparator.naturalOrder()));
    }

    /** {@code "; did you mean x?"}, or nothing when no name is near. */
    public static String hint(String name, Collection<String> known) {
        return of(name, known).map(n -> "; did you mean " + n + "?").orElse("");
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
