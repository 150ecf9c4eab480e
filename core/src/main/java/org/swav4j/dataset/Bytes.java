package org.swav4j.dataset;

import java.util.Locale;

/** Amounts of bytes for people. */
public final class Bytes {
    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB"};

    private Bytes() {}

    /** {@code 999 bytes}, {@code 2.3 kB}, {@code 140 MB}: decimal units, as disks are sold in. */
    public static String text(long bytes) {
        if (bytes < 1000) {
            return bytes == 1 ? "1 byte" : bytes + " bytes";
        }
        double value = bytes / 1000.0;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, value < 9.95 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }
}
