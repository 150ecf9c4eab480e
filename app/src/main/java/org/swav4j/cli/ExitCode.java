package org.swav4j.cli;

/** What the program returns to the shell. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    /** Wrong usage: nothing was started. */
    static final int USAGE = 2;
    /** Stopped by Ctrl-C (128 + SIGINT), after saving. */
    static final int INTERRUPTED = 130;
    /** Stopped by its scheduler or {@code kill} (128 + SIGTERM), after saving. */
    static final int PREEMPTED = 143;

    private ExitCode() {}
}
