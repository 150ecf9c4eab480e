package org.swav4j.train;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often a run saves, besides at its end and when it is stopped: {@code auto}, {@code 30m}, {@code 500steps}, {@code 1epoch}.
 *
 * @param amount of the unit; 0 with {@link Unit#AUTO}
 */
public record CheckpointEvery(Unit unit, long amount) {
    /** What an interval is counted in. */
    public enum Unit {
        /** At the end of epochs, and within long ones. */
        AUTO("auto"),
        SECONDS("s"),
        MINUTES("m"),
        HOURS("h"),
        STEPS("steps"),
        EPOCHS("epochs");

        private final String word;

        Unit(String word) {
            this.word = word;
        }
    }

    /** At epoch's ends {@link #AUTO_LEAST_SECONDS} apart or more, and every {@link #AUTO_MOST_SECONDS} within an epoch. */
    public static final CheckpointEvery AUTO = new CheckpointEvery(Unit.AUTO, 0);
    /** Epochs of small data sets end every few seconds. */
    static final long AUTO_LEAST_SECONDS = 15;
    /** What a run may lose at most when nobody said otherwise. */
    static final long AUTO_MOST_SECONDS = 600;

    private static final long MOST = 1_000_000_000L;
    private static final Pattern TEXT = Pattern.compile("(\\d{1,10}) ?([a-z]+)");

    /** The interval of a text; a unit may stand in the singular. */
    static CheckpointEvery parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals(Unit.AUTO.word)) {
            return AUTO;
        }
        Matcher parts = TEXT.matcher(lower);
        if (parts.matches()) {
            long amount = Long.parseLong(parts.group(1));
            for (Unit unit : Unit.values()) {
                boolean named = parts.group(2).equals(unit.word) || (parts.group(2) + "s").equals(unit.word);
                if (named && unit != Unit.AUTO && amount >= 1 && amount <= MOST) {
                    return new CheckpointEvery(unit, amount);
                }
            }
        }
        throw new IllegalArgumentException("'" + text
                + "': must be auto or a number above 0 with s, m, h, steps or epochs, as in 30m, 500steps or 1epoch");
    }

    /**
     * Whether to save now.
     *
     * @param step steps done
     * @param epochsDone epochs that are complete; only at the end of one
     * @param nanos since the last save
     */
    boolean isDue(long step, int epochsDone, boolean atEpochsEnd, long nanos) {
        return switch (unit) {
            case AUTO ->
                atEpochsEnd
                        ? nanos >= TimeUnit.SECONDS.toNanos(AUTO_LEAST_SECONDS)
                        : nanos >= TimeUnit.SECONDS.toNanos(AUTO_MOST_SECONDS);
            case SECONDS -> nanos >= TimeUnit.SECONDS.toNanos(amount);
            case MINUTES -> nanos >= TimeUnit.MINUTES.toNanos(amount);
            case HOURS -> nanos >= TimeUnit.HOURS.toNanos(amount);
            case STEPS -> step % amount == 0;
            case EPOCHS -> atEpochsEnd && epochsDone % amount == 0;
        };
    }

    /** Whether it names the very steps to save at, for which then a save still going on is waited for. */
    boolean namesSteps() {
        return unit == Unit.STEPS || unit == Unit.EPOCHS;
    }

    @Override
    public String toString() {
        if (unit == Unit.AUTO) {
            return unit.word;
        }
        boolean one = amount == 1 && (unit == Unit.STEPS || unit == Unit.EPOCHS);
        return amount + (one ? unit.word.substring(0, unit.word.length() - 1) : unit.word);
    }
}
