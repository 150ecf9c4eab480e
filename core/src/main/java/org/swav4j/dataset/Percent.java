package org.swav4j.dataset;

import java.util.Locale;

/** Shares for people. */
public final class Percent {
    private Percent() {}

    /** {@code 12 %}; {@code 0.4 %} below one; never {@code 0 %} of something, nor {@code 100 %} of less than all. */
    public static String of(long part, long whole) {
        if (part == 0 || part == whole) {
            return part == 0 ? "0 %" : "100 %";
        }
        double percent = 100.0 * part / whole;
        if (percent < 0.01) {
            return "< 0.01 %";
        }
        if (percent < 0.995) {
            return String.format(Locale.ROOT, percent < 0.095 ? "%.2f %%" : "%.1f %%", percent);
        }
        return percent > 99 ? "> 99 %" : Math.round(percent) + " %";
    }
}
