package org.swav4j.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One process of several, its output on the way to where it is kept and shown. */
final class LocalRank {
    /** Where a process leaves others behind, these may keep its output open. */
    private static final long OUTPUT_MILLIS = 2000;

    private final int rank;
    private final Process process;
    private final OutputStream lifeline;
    private final RankLog log;
    private final List<Thread> pumps = new ArrayList<>();
    private boolean endedByUs;

    /**
     * @param shownOut to write standard output to, as it comes; null for nowhere
     * @param shownErr the same for standard error
     * @param prefixed to write lines to that name the rank; null for nowhere
     */
    private LocalRank(
            int rank, Process process, RankLog log, PrintWriter shownOut, PrintWriter shownErr, PrintWriter prefixed) {
        this.rank = rank;
        this.process = process;
        this.lifeline = process.getOutputStream();
        this.log = log;
        String prefix = "rank " + rank + ": ";
        pump(process.getInputStream(), shownOut, line -> {
            log.out(line);
            say(prefixed, prefix + line);
        });
        pump(process.getErrorStream(), shownErr, line -> {
            log.error(line);
            say(prefixed, prefix + line);
        });
    }

    /** Starts what {@code builder} says; the first rank's output is shown as it comes. */
    static LocalRank start(
            int rank, ProcessBuilder builder, RankLog log, PrintWriter out, PrintWriter err, boolean prefixes)
            throws IOException {
        boolean first = rank == 0;
        return new LocalRank(
                rank, builder.start(), log, first ? out : null, first ? err : null, prefixes && !first ? err : null);
    }

    private static void say(PrintWriter shown, String line) {
        if (shown != null) {
            shown.println(line);
            shown.flush();
        }
    }

    private void pump(InputStream from, PrintWriter shown, Consumer<String> lines) {
        Thread thread = new Thread(
                () -> {
                    Lines assembled = new Lines(lines);
                    char[] buffer = new char[8192];
                    try (Reader text = new InputStreamReader(from, Charset.defaultCharset())) {
                        int length = text.read(buffer);
                        while (length >= 0) {
                            if (shown != null) {
                                shown.write(buffer, 0, length);
                                shown.flush();
                            }
                            assembled.take(buffer, length);
                            length = text.read(buffer);
                        }
                    } catch (IOException e) {
                        // it has ended
                    }
                    assembled.flush();
                },
                "rank-" + rank + "-output");
        thread.setDaemon(true);
        thread.start();
        pumps.add(thread);
    }

    int rank() {
        return rank;
    }

    Process process() {
        return process;
    }

    RankLog log() {
        return log;
    }

    /** Passes on a signal. One that has ended does not hear it. */
    void signal(String name) {
        try {
            lifeline.write((name + "\n").getBytes(StandardCharsets.US_ASCII));
            lifeline.flush();
        } catch (IOException e) {
            // its end is noticed elsewhere
        }
    }

    /** Ends it at once, if it has not ended by itself. */
    void end() {
        if (process.isAlive()) {
            endedByUs = true;
            process.destroyForcibly();
        }
    }

    /** Whether its end says nothing about it. */
    boolean endedByUs() {
        return endedByUs;
    }

    /** Waits for the last of its output. */
    void drain() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(OUTPUT_MILLIS);
        for (Thread pump : pumps) {
            pump.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
        log.close();
    }
}
