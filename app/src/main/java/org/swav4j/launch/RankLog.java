package org.swav4j.launch;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What one rank prints, in a file that grows with every start. It is kept in memory until the run that the file is to lie in is
 * there: a start that comes to nothing leaves nothing behind.
 */
final class RankLog implements AutoCloseable {
    private static final int LAST = 12;
    private static final int WAITING = 1000;

    private final Path file;
    private final BooleanSupplier isThere;
    private final Deque<String> lastErrors = new ArrayDeque<>();
    private final List<String> waiting = new ArrayList<>();
    private BufferedWriter writer;
    private boolean failed;

    /**
     * @param title what the file says of this start
     * @param isThere whether the file may be made
     */
    RankLog(Path file, String title, BooleanSupplier isThere) {
        this.file = file;
        this.isThere = isThere;
        waiting.add("--- " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + title);
    }

    synchronized void out(String line) {
        write(line);
    }

    synchronized void error(String line) {
        if (!line.isBlank()) {
            lastErrors.add(line);
        }
        if (lastErrors.size() > LAST) {
            lastErrors.remove();
        }
        write(line);
    }

    /** The last lines of standard error. */
    synchronized List<String> lastErrors() {
        return List.copyOf(lastErrors);
    }

    /** Where all of it is; empty if there was no place for it. */
    synchronized Optional<Path> file() {
        return writer == null ? Optional.empty() : Optional.of(file);
    }

    private void write(String line) {
        if (failed) {
            return;
        }
        try {
            if (writer == null && !open()) {
                if (waiting.size() < WAITING) {
                    waiting.add(line);
                }
                return;
            }
            writer.write(line + "\n");
            writer.flush();
        } catch (IOException e) {
            // a full disk is the training's to report; the rank must not wait for somebody to read on
            failed = true;
        }
    }

    private boolean open() throws IOException {
        if (!isThere.getAsBoolean()) {
            return false;
        }
        Files.createDirectories(file.getParent());
        writer = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        for (String line : waiting) {
            writer.write(line + "\n");
        }
        waiting.clear();
        return true;
    }

    @Override
    public synchronized void close() {
        try {
            if (!failed && (writer != null || open())) {
                writer.close();
            }
        } catch (IOException e) {
            failed = true;
        }
    }
}
