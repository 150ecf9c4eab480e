package org.swav4j.dataset.fetch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Content-Range header of RFC 9110, section 14.4: {@code bytes 500-999/1000} and {@code bytes *}{@code /1000}.
 *
 * @param first the first byte's position, -1 if the header tells of none
 * @param total the whole file's size, 0 if unknown
 */
record ContentRange(long first, long total) {
    private static final Pattern SYNTAX = Pattern.compile("bytes\\s+(?:(\\d{1,18})-\\d{1,18}|\\*)/(\\d{1,18}|\\*)");

    /** Null if it is none. */
    static ContentRange of(String header) {
        Matcher match = SYNTAX.matcher(header.strip());
        if (!match.matches()) {
            return null;
        }
        long first = match.group(1) == null ? -1 : Long.parseLong(match.group(1));
        return new ContentRange(first, match.group(2).equals("*") ? 0 : Long.parseLong(match.group(2)));
    }
}
