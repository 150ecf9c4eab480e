package org.swav4j.launch;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How all ranks of a group ended.
 *
 * @param ends in the order in which they did
 */
public record GroupEnd(List<RankEnd> ends) {
    private static final int FAILED = 1;

    public GroupEnd {
        ends = List.copyOf(ends);
    }

    /**
     * The rank whose failure ended the others: one that was killed first of all, or else one that gave up, whatever the others
     * noticed before it had ended. Nothing if none failed.
     */
    public Optional<RankEnd> culprit() {
        Optional<RankEnd> first = first(RankEnd::isFailure);
        return first.filter(RankEnd::wasKilled)
                .or(() -> first(RankEnd::gaveUp))
                .or(() -> first(RankEnd::wasKilled))
                .or(() -> first);
    }

    private Optional<RankEnd> first(Predicate<RankEnd> kind) {
        return ends.stream().filter(kind).findFirst();
    }

    /** Whether what ended the group need not happen again: one was killed, crashed, or is stuck. */
    public boolean mayBeStartedAgain() {
        return culprit().filter(rank -> !rank.gaveUp()).isPresent();
    }

    /** The exit code of all together: the first rank's, unless one failed. */
    public int code() {
        return culprit()
                .map(rank -> rank.gaveUp() ? rank.code() : FAILED)
                .orElseGet(() -> ends.stream()
                        .filter(rank -> rank.rank() == 0)
                        .findFirst()
                        .map(RankEnd::code)
                        .orElse(FAILED));
    }

    /** In one line what failed; empty if nothing did. */
    public Optional<String> summary() {
        return culprit().map(rank -> rank.described() + (ends.size() == 1 ? "" : "; the others were ended"));
    }

    /**
     * What the user should read of a failure: what failed, and of a rank whose output is not shown the last lines of it. Empty if
     * the first rank has said it all.
     */
    public Optional<String> message() {
        // its own line, or that of the same reason that all gave up for
        boolean told =
                culprit().filter(rank -> rank.rank() == 0 && !rank.wasKilled()).isPresent()
                        || (culprit().isPresent()
                                && first(rank -> rank.rank() == 0 && rank.gaveUp())
                                        .isPresent());
        return told ? Optional.empty() : culprit().map(this::message);
    }

    private String message(RankEnd rank) {
        String place = rank.log().map(log -> "; what it printed is in " + log).orElse("");
        String last = rank.rank() == 0
                ? ""
                : rank.lastErrors().stream().map(line -> "\n  " + line).collect(Collectors.joining());
        return summary().orElseThrow() + place + (last.isEmpty() ? "" : ". Its last lines:") + last;
    }
}
