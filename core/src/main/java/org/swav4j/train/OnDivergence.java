package org.swav4j.train;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run does when its loss or gradients are no numbers any more or its loss leaps: {@code stop}, or {@code rewind:N}: go
 * back to the newest checkpoint and leave the batch out, at most N times.
 *
 * @param rewinds N; 0 to stop
 */
public record OnDivergence(int rewinds) {
    public static final OnDivergence STOP = new OnDivergence(0);

    private static final Pattern REWIND = Pattern.compile("rewind:([1-9]\\d{0,2})");

    static OnDivergence parse(String text) {
        if (text.equals("stop")) {
            return STOP;
        }
        Matcher rewind = REWIND.matcher(text);
        if (rewind.matches()) {
            return new OnDivergence(Integer.parseInt(rewind.group(1)));
        }
        throw new IllegalArgumentException("'" + text + "': must be stop, or rewind:N with N from 1 to 999");
    }

    @Override
    public String toString() {
        return rewinds == 0 ? "stop" : "rewind:" + rewinds;
    }
}
