package org.swav4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Ctrl-C, {@code kill} and what schedulers and closed terminals send (INT, TERM, HUP, USR1), received. Closing restores what was before. */
final class Signals implements AutoCloseable {
    private final List<Runnable> restore = new ArrayList<>();

    private Signals() {}

    /**
     * From now on, signals are told to {@code receiver}, by name and on a thread of the JVM's, instead of ending the program.
     *
     * @param err told of what cannot be received here
     */
    static Signals receive(PrintWriter err, Consumer<String> receiver) {
        Signals signals = new Signals();
        for (String name : List.of("INT", "TERM", "HUP", "USR1")) {
            signals.handle(err, name, receiver);
        }
        return signals;
    }

    private void handle(PrintWriter err, String name, Consumer<String> receiver) {
        Signal signal = new Signal(name);
        try {
            SignalHandler before = Signal.handle(signal, s -> receiver.accept(name));
            restore.add(() -> Signal.handle(signal, before));
        } catch (IllegalArgumentException e) {
            if (name.equals("INT") || name.equals("TERM")) {
                err.println("swav: signal " + name + " cannot be handled here; it ends the program without saving");
            }
        }
    }

    /** Whether a signal is Ctrl-C, rather than that of a scheduler or of {@code kill}. */
    static boolean isFromKeyboard(String name) {
        return name.equals("INT");
    }

    /** The exit code of a program that was asked to stop by this signal. */
    static int exitCode(String name) {
        return isFromKeyboard(name) ? ExitCode.INTERRUPTED : ExitCode.PREEMPTED;
    }

    @Override
    public void close() {
        restore.forEach(Runnable::run);
        restore.clear();
    }
}
