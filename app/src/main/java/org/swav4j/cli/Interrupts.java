package org.swav4j.cli;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.swav4j.comm.Collective;
import org.swav4j.launch.Lifeline;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C, {@code kill} and what schedulers and closed terminals send (TERM, USR1, HUP) while a command runs: the first asks it to finish its step and
 * save, the second ends the program at once. Closing restores what was before.
 */
final class Interrupts implements BooleanSupplier, AutoCloseable {
    private static final String SAVING =
            "Stopping: finishing this step and saving. Once more to end at once, without saving.";

    private final PrintWriter err;
    private final String stopping;
    private final IntConsumer halt;
    private final AtomicInteger received = new AtomicInteger();
    private final AtomicInteger passedOn = new AtomicInteger();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final boolean atOnce;
    private volatile boolean preempted;
    private Signals signals;
    private Lifeline lifeline;

    private Interrupts(PrintWriter err, String stopping, boolean atOnce, IntConsumer halt) {
        this.atOnce = atOnce;
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
        return install(err, stopping, false, Interrupts::endAtOnce);
    }

    /** The same, but a scheduler's signal ends the program at once, without saving. */
    static Interrupts installForPreemptionAtOnce(PrintWriter err) {
        return install(err, SAVING, true, Interrupts::endAtOnce);
    }

    /**
     * From now on, a signal ends the program by the operating system's own hand. The JVM's way out, and even its halt,
     * unload libtorch under the threads that are still computing, which then crash.
     */
    static void endAtOnceWhenAsked() {
        for (String name : new String[] {"INT", "TERM"}) {
            int code = name.equals("TERM") ? ExitCode.PREEMPTED : ExitCode.INTERRUPTED;
            try {
                Signal.handle(new Signal(name), s -> endAtOnce(code));
            } catch (IllegalArgumentException e) {
                // the JVM's own handling stays
            }
        }
    }

    /** Ends by the signal that the exit code stands for, or else by the other one. */
    private static void endAtOnce(int code) {
        String[] names = code == ExitCode.PREEMPTED ? new String[] {"TERM", "INT"} : new String[] {"INT", "TERM"};
        for (String name : names) {
            try {
                Signal signal = new Signal(name);
                Signal.handle(signal, SignalHandler.SIG_DFL);
                Signal.raise(signal);
            } catch (IllegalArgumentException e) {
                // a shell's background job ignores INT from its start, and Java cannot raise what is ignored
            }
        }
        Runtime.getRuntime().halt(code);
    }

    static Interrupts install(PrintWriter err, IntConsumer halt) {
        return install(err, SAVING, false, halt);
    }

    private static Interrupts install(PrintWriter err, String stopping, boolean atOnce, IntConsumer halt) {
        Interrupts interrupts = new Interrupts(err, stopping, atOnce, halt);
        interrupts.signals = Signals.receive(err, name -> interrupts.told(name, interrupts.received));
        return interrupts;
    }

    /**
     * Listens to a launcher too, which passes on what it is sent. Ctrl-C, and some schedulers' signals, reach launcher and ranks
     * alike: what comes both ways is one signal.
     */
    Interrupts with(Lifeline launcher) {
        lifeline = launcher;
        launcher.receive(name -> told(name, passedOn));
        return this;
    }

    /** What a launcher passes on while no command takes it ends the program, as the signal itself would. */
    static void endAtOnceBy(String name) {
        endAtOnce(Signals.exitCode(name));
    }

    /** The exit code of a command that was asked to stop and did. */
    int exitCode() {
        return preempted ? ExitCode.PREEMPTED : ExitCode.INTERRUPTED;
    }

    /** Whether it was a scheduler, or {@code kill}, that asked it to stop. */
    boolean preempted() {
        return preempted;
    }

    /** A scheduler's signal, or Ctrl-C, may have reached one rank only; all end in the same way. Every rank must call. */
    void agree(Collective ranks) {
        preempted = ranks.any(preempted);
    }

    /** Whether the command was asked to stop. */
    @Override
    public boolean getAsBoolean() {
        return asked.get();
    }

    @Override
    public void close() {
        signals.close();
        if (lifeline != null) {
            lifeline.release();
        }
    }

    private void told(String name, AtomicInteger count) {
        boolean scheduler = !Signals.isFromKeyboard(name);
        if (count.incrementAndGet() > 1 || (scheduler && atOnce)) {
            halt.accept(Signals.exitCode(name));
            return;
        }
        if (asked.getAndSet(true)) {
            return;
        }
        preempted = scheduler;
        err.println();
        err.println(stopping);
        err.flush();
    }
}
