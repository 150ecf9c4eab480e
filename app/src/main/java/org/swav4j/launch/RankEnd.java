package org.swav4j.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one process of several ended.
 *
 * @param rank which
 * @param pid its process id
 * @param code exit code; 128 and the signal's number of one that a signal ended
 * @param endedByUs whether the launcher ended it, because of another
 * @param lastErrors the last lines of its standard error
 * @param log where everything is that it printed; empty for nowhere
 */
public record RankEnd(int rank, long pid, int code, boolean endedByUs, List<String> lastErrors, Optional<Path> log) {
    /**
     * Exit code of a launched rank that has nothing wrong itself, but cannot go on without another. Between ranks and launcher
     * only; the launcher's own is that of any failure.
     */
    public static final int LOST_OTHERS = 75;

    private static final int SIGNALLED = 128;
    private static final int INTERRUPTED = SIGNALLED + 2;
    private static final int PREEMPTED = SIGNALLED + 15;
    private static final Map<Integer, String> SIGNALS =
            Map.of(4, "ILL", 6, "ABRT", 7, "BUS", 8, "FPE", 9, "KILL", 11, "SEGV", 24, "XCPU", 31, "SYS");

    /** Whether it failed of its own, rather than was done, stopped as it was asked to, or ended because of another. */
    boolean isFailure() {
        return !endedByUs && code != 0 && code != INTERRUPTED && code != PREEMPTED;
    }

    /** Whether something from outside, or a crash, ended it. */
    boolean wasKilled() {
        return isFailure() && code > SIGNALLED;
    }

    /** Whether another must have failed, which may have said nothing. */
    boolean lostOthers() {
        return isFailure() && code == LOST_OTHERS;
    }

    /** Whether it gave up for a reason of its own, which would still be there. */
    boolean gaveUp() {
        return isFailure() && !wasKilled() && !lostOthers();
    }

    /** In words, such as {@code rank 1 (process 4711) was killed by signal 9 (KILL)}. */
    String described() {
        String who = "rank " + rank + " (process " + pid + ") ";
        if (wasKilled()) {
            String name = SIGNALS.get(code - SIGNALLED);
            return who + "was killed by signal " + (code - SIGNALLED) + (name == null ? "" : " (" + name + ")");
        }
        return who + (lostOthers() ? "lost another" : "ended with code " + code);
    }
}
