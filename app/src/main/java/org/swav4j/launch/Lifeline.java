package org.swav4j.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A rank's end of the pipe from its launcher: a line for every signal that the launcher was sent, by name. The pipe ends when
 * the launcher does, however that ends, and then there is nobody to end this process any more.
 */
public final class Lifeline {
    private final Consumer<String> otherwise;
    private volatile Consumer<String> receiver;

    private Lifeline(Consumer<String> otherwise) {
        this.otherwise = otherwise;
        this.receiver = otherwise;
    }

    /**
     * This process's, if it was started by a launcher.
     *
     * @param end told the name of a signal that nobody else receives, and of TERM when the launcher is gone
     */
    public static Optional<Lifeline> ofThisRank(Consumer<String> end) {
        return LaunchedRank.of(System.getenv()).map(here -> watch(System.in, end, () -> end.accept("TERM")));
    }

    /**
     * Listens from now on.
     *
     * @param otherwise told of signals while nobody else receives them
     * @param cut run when the launcher is gone; both on another thread
     */
    static Lifeline watch(InputStream pipe, Consumer<String> otherwise, Runnable cut) {
        Lifeline lifeline = new Lifeline(otherwise);
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(pipe, StandardCharsets.US_ASCII))) {
                        lines.lines().forEach(line -> lifeline.receiver.accept(line));
                    } catch (IOException | RuntimeException e) {
                        // a broken pipe has ended, too
                    }
                    cut.run();
                },
                "lifeline");
        thread.setDaemon(true);
        thread.start();
        return lifeline;
    }

    /** Tells somebody else of signals, until {@link #release}. */
    public void receive(Consumer<String> signals) {
        receiver = signals;
    }

    public void release() {
        receiver = otherwise;
    }
}
