package org.swav4j.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/** What the rounds of a benchmark gave: the middle, the smallest and the largest. */
record Spread(double median, double least, double most) {

    /** @param values of the rounds, at least one, in any order */
    static Spread of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The same of what a monotonic function makes of each value, such as images a second of seconds. */
    Spread map(DoubleUnaryOperator function) {
        double a = function.applyAsDouble(least);
        double b = function.applyAsDouble(most);
        return new Spread(function.applyAsDouble(median), Math.min(a, b), Math.max(a, b));
    }

    /** The ratios of two ways that took turns, round by round: what slowed a round slowed both. */
    static Spread ratio(double[] dividends, double[] divisors) {
        double[] ratios = new double[dividends.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = dividends[i] / divisors[i];
        }
        return of(ratios);
    }

    /** Such as {@code 6.91 (6.87 to 6.94)}. */
    String text(int decimals) {
        String number = "%." + decimals + "f";
        return String.format(Locale.ROOT, number + " (" + number + " to " + number + ")", median, least, most);
    }

    /** Such as {@code 96.1 % (95.0 to 96.4)}. */
    String percent() {
        return String.format(Locale.ROOT, "%.1f %% (%.1f to %.1f)", 100 * median, 100 * least, 100 * most);
    }
}
