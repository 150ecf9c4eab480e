package org.swav4j.report;

import java.util.Optional;
import org.swav4j.eval.Interval;

/**
 * One number that an evaluation found.
 *
 * @param name as the JSON names it, such as {@code top1}
 * @param label as people read it, such as {@code top-1}
 * @param value the number; shares from 0 to 1
 * @param interval of a share, where it was estimated
 * @param unit how people read the value
 */
public record Figure(String name, String label, double value, Optional<Interval> interval, Unit unit) {
    /** How a value is written for people. */
    public enum Unit {
        /** A share of 1, written in percent. */
        SHARE,
        /** A plain number of a few decimals. */
        NUMBER,
        /** A whole number. */
        COUNT,
        /** Seconds. */
        SECONDS
    }

    /** A share without an interval. */
    public static Figure share(String name, String label, double value) {
        return new Figure(name, label, value, Optional.empty(), Unit.SHARE);
    }

    /** A share with its interval. */
    public static Figure share(String name, String label, double value, Interval interval) {
        return new Figure(name, label, value, Optional.of(interval), Unit.SHARE);
    }

    /** A plain number. */
    public static Figure number(String name, String label, double value) {
        return new Figure(name, label, value, Optional.empty(), Unit.NUMBER);
    }

    /** A count. */
    public static Figure count(String name, String label, long value) {
        return new Figure(name, label, value, Optional.empty(), Unit.COUNT);
    }
}
