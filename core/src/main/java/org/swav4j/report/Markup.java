package org.swav4j.report;

import java.util.Locale;
import java.util.stream.Stream;
import org.swav4j.page.Html;

/** HTML or SVG in the making. What is put into it is escaped unless it is markup itself, so nobody can forget to. */
final class Markup {
    private final StringBuilder text = new StringBuilder();

    /** Appends a {@link String#format} pattern of markup; strings among the values are text. */
    Markup add(String pattern, Object... values) {
        Object[] escaped = Stream.of(values)
                .map(v -> v instanceof String s ? Html.escape(s) : v)
                .toArray();
        text.append(String.format(Locale.ROOT, pattern, escaped));
        return this;
    }

    /** Appends markup. */
    Markup add(Markup other) {
        text.append(other.text);
        return this;
    }

    /** Number of characters so far. */
    int length() {
        return text.length();
    }

    /** The markup. */
    @Override
    public String toString() {
        return text.toString();
    }
}
