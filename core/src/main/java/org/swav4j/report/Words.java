package org.swav4j.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them on a page. */
final class Words {
    private static final String NONE = "–";
    private static final int LONGEST_NAME = 60;

    private Words() {}

    /** A share of 1 in percent, of one decimal: {@code 63.2 %}. */
    static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f %%", 100 * share) : NONE;
    }

    /** A number of four significant digits, without zeros that say nothing. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size < 1e-4 || size >= 1e15) {
            return String.format(Locale.ROOT, "%.3g", value);
        }
        BigDecimal exact = BigDecimal.valueOf(value);
        BigDecimal rounded = size >= 1000
                ? BigDecimal.valueOf(Math.rint(value))
                : exact.round(new MathContext(4)).stripTrailingZeros();
        return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
    }

    /** A whole number with its thousands apart. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A figure's value in its unit. */
    static String value(Figure figure) {
        return switch (figure.unit()) {
            case SHARE -> percent(figure.value());
            case NUMBER -> number(figure.value());
            case COUNT -> Double.isFinite(figure.value()) ? count(Math.round(figure.value())) : NONE;
            case SECONDS ->
                Double.isFinite(figure.value()) ? String.format(Locale.ROOT, "%.1f s", figure.value()) : NONE;
        };
    }

    /** A figure with its name and interval, in one line of text. */
    static String line(Figure figure) {
        return figure.label()
                + " "
                + value(figure)
                + figure.interval()
                        .map(i -> String.format(Locale.ROOT, " (95 %%: %.1f to %.1f)", 100 * i.low(), 100 * i.high()))
                        .orElse("");
    }

    /** A cell of a table. */
    static String cell(Object cell) {
        if (cell == null) {
            return "";
        }
        if (cell instanceof Section.Share share) {
            return percent(share.value());
        }
        if (cell instanceof Integer || cell instanceof Long || cell instanceof Short || cell instanceof Byte) {
            return count(((Number) cell).longValue());
        }
        if (cell instanceof Number value) {
            return number(value.doubleValue());
        }
        return cell instanceof Boolean truth ? (truth ? "yes" : "no") : cell.toString();
    }

    /** A name that may be of any length, cut where it becomes unreadable. */
    static String shortened(String name) {
        return shortened(name, LONGEST_NAME);
    }

    /** A name of at most {@code longest} characters. */
    static String shortened(String name, int longest) {
        return name.codePointCount(0, name.length()) <= longest
                ? name
                : name.substring(0, name.offsetByCodePoints(0, longest - 1)) + "…";
    }
}
