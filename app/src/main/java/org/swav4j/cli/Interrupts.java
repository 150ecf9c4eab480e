package org.swav4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C (and {@code kill}) while a command runs: the first asks it to finish its step and save, the second ends the
 * program at once. Closing restores what was before.
 */
final class Interrupts implements BooleanSupplier, AutoCloseable {
    private static final String SAVING =
            "Stopping: finishing this step and saving. Once more to end at once, without saving.";

    private final PrintWriter err;
    private final String stopping;
    private final IntConsumer halt;
    private final AtomicInteger count = new AtomicInteger();
    private final List<Runnable> restore = new ArrayList<>();

    private Interrupts(PrintWriter err, String stopping, IntConsumer halt) {
        this.err = err;
        this.stopping = stopping;
        this.halt = halt;
    }

    /** From now on, signals are counted instead of ending the program. */
    static Interrupts install(PrintWriter err) {
        return install(err, SAVING);
    }

    /** The same, with what the first signal is answered with. */
    static Interrupts install(PrintWriter err, String stopping) {
        return install(err, stopping, code -> endAtOnce());
    }

    /**
     * From now on, a signal ends the program by the operating system's own hand. The JVM's way out, and even its halt,
     * unload libtorch under the threads that are still computing, which then crash.
     */
    static void endAtOnceWhenAsked() {
        for (String name : new String[] {"INT", "TERM"}) {
            try {
                Signal.handle(new Signal(name), s -> endAtOnce());
            } catch (IllegalArgumentException e) {
                // the JVM's own handling stays
            }
        }
    }

    private static void endAtOnce() {
        for (String name : new String[] {"INT", "TERM"}) {
            try {
                Signal signal = new Signal(name);
                Signal.handle(signal, SignalHandler.SIG_DFL);
                Signal.raise(signal);
            } catch (IllegalArgumentException e) {
                // a shell's background job ignores INT from its start, and Java cannot raise what is ignored
            }
        }
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
    }

    static Interrupts install(PrintWriter err, IntConsumer halt) {
        return install(err, SAVING, halt);
    }

    private static Interrupts install(PrintWriter err, String stopping, IntConsumer halt) {
        Interrupts interrupts = new Interrupts(err, stopping, halt);
        interrupts.handle("INT");
        interrupts.handle("TERM");
        return interrupts;
    }

    /** Whether the command was asked to stop. */
    @Override
    public boolean getAsBoolean() {
        return count.get() > 0;
    }

    @Override
    public void close() {
        restore.forEach(Runnable::run);
        restore.clear();
    }

    private void handle(String name) {
        Signal signal = new Signal(name);
        try {
            SignalHandler before = Signal.handle(signal, s -> received());
            restore.add(() -> Signal.handle(signal, before));
        } catch (IllegalArgumentException e) {
            err.println("swav: signal " + name + " cannot be handled here; it ends the program without saving");
        }
    }

    private void received() {
        if (count.incrementAndGet() > 1) {
            halt.accept(ExitCode.INTERRUPTED);
            return;
        }
        err.println();
        err.println(stopping);
        err.flush();
    }
}
