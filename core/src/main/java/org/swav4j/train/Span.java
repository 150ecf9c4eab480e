package org.swav4j.train;

/**
 * A range of a random factor, written {@code 0.1-2.0}.
 *
 * @param from lowest value, 0 or more
 * @param to highest value, at least {@code from}
 */
record Span(double from, double to) {
    static Span parse(String text) {
        String[] ends = text.split("-", -1);
        try {
            if (ends.length == 2) {
                Span span = new Span(Double.parseDouble(ends[0].strip()), Double.parseDouble(ends[1].strip()));
                if (span.from >= 0 && span.from <= span.to && span.to <= 50) {
                    return span;
                }
            }
        } catch (NumberFormatException e) {
            // answered below, as any other text that is not a range
        }
        throw new IllegalArgumentException("'" + text + "': must be MIN-MAX with 0 <= MIN <= MAX <= 50, as in 0.1-2.0");
    }

    @Override
    public String toString() {
        return SettingType.plain(from) + "-" + SettingType.plain(to);
    }
}
