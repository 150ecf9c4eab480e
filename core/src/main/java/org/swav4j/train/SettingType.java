package org.swav4j.train;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How a setting's text becomes a value and back: {@code format(parse(t))} is t in canonical writing.
 *
 * @param parse throws IllegalArgumentException with value and rule
 */
record SettingType(Function<String, Object> parse) {
    private static final Map<String, Boolean> BOOLEANS =
            Map.of("true", true, "yes", true, "on", true, "false", false, "no", false, "off", false);

    /** Whatever a parser of a name makes of it. */
    static SettingType parsed(Function<String, ?> parser) {
        return new SettingType(parser::apply);
    }

    /** A Long within bounds, both included. */
    static SettingType whole(long min, long max) {
        return new SettingType(text -> wholeNumber(text, min, max));
    }

    /** A List of Integer, separated by commas, at least one, each within bounds. */
    static SettingType wholes(long min, long max) {
        return new SettingType(text -> Arrays.stream(text.split(",", -1))
                .map(part -> (int) wholeNumber(part.strip(), min, max))
                .toList());
    }

    /** A Double within bounds, both included. */
    static SettingType real(double min, double max) {
        return new SettingType(text -> {
            double value = number(text);
            if (value >= min && value <= max) {
                return value;
            }
            throw new IllegalArgumentException(
                    "'" + text + "': must be a number between " + plain(min) + " and " + plain(max));
        });
    }

    /** A Double above 0. */
    static SettingType positive() {
        return new SettingType(text -> {
            double value = number(text);
            if (value > 0 && !Double.isInfinite(value)) {
                return value;
            }
            throw new IllegalArgumentException("'" + text + "': must be a number above 0");
        });
    }

    /** A Double of 0 or more. */
    static SettingType notNegative() {
        return new SettingType(text -> {
            double value = number(text);
            if (value >= 0 && !Double.isInfinite(value)) {
                return value;
            }
            throw new IllegalArgumentException("'" + text + "': must be a number of 0 or more");
        });
    }

    /** A Boolean. */
    static SettingType truth() {
        return new SettingType(text -> {
            Boolean value = BOOLEANS.get(text.toLowerCase(Locale.ROOT));
            if (value == null) {
                throw new IllegalArgumentException("'" + text + "': must be true or false");
            }
            return value;
        });
    }

    /** The text that parses to this value. */
    static String format(Object value) {
        if (value instanceof Double d) {
            return plain(d);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(SettingType::format).collect(Collectors.joining(","));
        }
        return value.toString();
    }

    /** Shortest text of a number that reads back equal: {@code 0.05}, {@code 30}, {@code 1e-6}. */
    static String plain(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.toString(value).replace("E", "e").replace(".0e", "e");
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static long wholeNumber(String text, long min, long max) {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // answered below, as any other text that is not a number in range
        }
        String rule = max == Long.MAX_VALUE ? min + " or more" : "from " + min + " to " + max;
        throw new IllegalArgumentException("'" + text + "': must be a whole number, " + rule);
    }
}
