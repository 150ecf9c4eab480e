package org.swav4j.cli;

import java.io.PrintWriter;
import java.util.function.LongSupplier;
import org.swav4j.cli.ProgressLine.Mode;

/** Shows how far a piece of work is: on a terminal one line that is written over, elsewhere a line now and then. */
final class WorkLine implements AutoCloseable {
    private static final long PLAIN_NANOS = 10_000_000_000L;
    private static final long TERMINAL_NANOS = 100_000_000L;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter out;
    private final Mode mode;
    private final LongSupplier nanoTime;
    private long shownAt;
    private boolean open;

    WorkLine(PrintWriter out, Mode mode) {
        this(out, mode, System::nanoTime);
    }

    WorkLine(PrintWriter out, Mode mode, LongSupplier nanoTime) {
        this.out = out;
        this.mode = mode;
        this.nanoTime = nanoTime;
        shownAt = nanoTime.getAsLong();
    }

    /** Shows the text if it is time for it. */
    synchronized void update(String text) {
        long now = nanoTime.getAsLong();
        if (mode == Mode.QUIET || now - shownAt < (mode == Mode.TERMINAL ? TERMINAL_NANOS : PLAIN_NANOS)) {
            return;
        }
        shownAt = now;
        if (mode == Mode.TERMINAL) {
            out.print(CLEAR_LINE + text);
            open = true;
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** A line of its own, unless quiet. */
    synchronized void say(String text) {
        if (mode != Mode.QUIET) {
            close();
            out.println(text);
            out.flush();
        }
    }

    /** Removes the open line. */
    @Override
    public synchronized void close() {
        if (open) {
            out.print(CLEAR_LINE);
            out.flush();
            open = false;
        }
    }
}
