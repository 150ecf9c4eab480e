package org.swav4j.runlog;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FormatException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The metrics of a run, for programs and for TensorBoard. A row is one JSON object on one line of {@code metrics.jsonl};
 * its numbers also go to an event file, under the same names at the row's step. Both can be read while the run goes on.
 *
 * <p>{@code step} comes first in a line, the other keys as the row gives them: rows of one kind should be maps of one order.
 * JSON has no number for NaN and the infinities; they become {@code null} there and stay what they are in the event file.
 *
 * <p>A row that cannot be written, as on a full disk, ends no run: it is kept, up to {@link LineAppender#MOST_KEPT} rows, and
 * written before the next one that can be. Of the event files such rows are left out.
 *
 * <p>Not safe for use by several threads, but for {@link #sync}, nor for two processes on one run.
 */
public final class MetricsLog implements Closeable {
    /** The key every row has: optimiser steps done, counted from 0 over the whole run. */
    public static final String STEP = "step";

    private static final JsonFactory JSON = new JsonFactory();

    private final RunDirectory run;
    private final Consumer<String> warning;
    private final LineAppender lines;
    private final ScalarEvents events;
    private boolean linesFailed;
    private boolean eventsFailed;

    MetricsLog(RunDirectory run, Consumer<String> warning, LineAppender lines) throws IOException {
        this.run = run;
        this.warning = warning;
        this.lines = lines;
        try {
            Files.createDirectories(run.tensorboard());
            this.events = new ScalarEvents(run.tensorboard());
        } catch (Throwable failure) {
            lines.close();
            throw failure;
        }
    }

    /**
     * Starts the metrics of a new run.
     *
     * @param warning told in one line when rows cannot be written, and when they can be again, on the thread that writes
     * @throws java.nio.file.FileAlreadyExistsException when the run has metrics
     */
    public static MetricsLog create(RunDirectory run, Consumer<String> warning) throws IOException {
        return open(run, warning, StandardOpenOption.CREATE_NEW);
    }

    private static MetricsLog open(RunDirectory run, Consumer<String> warning, OpenOption first) throws IOException {
        Path file = run.metrics();
        return new MetricsLog(
                run,
                warning,
                new LineAppender(
                        FileChannel.open(file, first, StandardOpenOption.APPEND),
                        () -> FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)));
    }

    /**
     * Goes on after the checkpoint of {@code resumeStep}: rows of later steps and a line cut off at the end are removed, and
     * TensorBoard is told that later values from older event files are void. Where a line is damaged, as after a power cut,
     * the rows from there on are removed too, and that is told.
     *
     * @param warning as {@link #create} has it
     */
    public static MetricsLog openForResume(RunDirectory run, long resumeStep, Consumer<String> warning)
            throws IOException {
        if (Files.exists(run.metrics())) {
            AtomicFile.write(run.metrics(), channel -> {
                OutputStream kept = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                try {
                    MetricsReader.scan(run.metrics(), (line, row) -> {
                        Object step = row.get(STEP);
                        if (!(step instanceof Number number) || number.longValue() <= resumeStep) {
                            kept.write(line);
                            kept.write('\n');
                        }
                    });
                } catch (FormatException e) {
                    warning.accept(e.getMessage() + "; the rows from there on are lost, the run is not");
                }
                kept.flush();
            });
        }
        MetricsLog log = open(run, warning, StandardOpenOption.CREATE);
        try {
            log.events.restartAt(resumeStep + 1);
        } catch (Throwable failure) {
            log.close();
            throw failure;
        }
        return log;
    }

    /**
     * Appends one row, visible to readers when the call returns, or keeps it for later.
     *
     * @param row key → integer, floating-point number, text, truth value or null; {@code step} must be an integer ≥ 0
     * @throws IllegalArgumentException when the row has no step or a value of another type; nothing is written then
     */
    public void write(Map<String, ?> row) {
        long step = step(row);
        lines.append(line(step, row));
        if (lines.trouble().isEmpty()) {
            events.write(step, row);
        }
        tell();
    }

    private void tell() {
        Optional<IOException> trouble = lines.trouble();
        if (trouble.isPresent() && !linesFailed) {
            warning.accept(run.metrics() + ": cannot be written: " + RunDirectory.reason(trouble.get())
                    + "; its rows are kept until it can be, at most " + LineAppender.MOST_KEPT);
        } else if (trouble.isEmpty() && linesFailed) {
            warning.accept(run.metrics() + ": can be written again; "
                    + (lines.lost() == 0 ? "no row is lost" : lines.lost() + " rows are lost"));
        }
        linesFailed = trouble.isPresent();
        Optional<IOException> gap = events.trouble();
        if (gap.isPresent() && !eventsFailed) {
            warning.accept(run.tensorboard() + ": cannot be written: " + RunDirectory.reason(gap.get())
                    + "; what is missing there stands in " + RunDirectory.METRICS);
        } else if (gap.isEmpty() && eventsFailed) {
            warning.accept(run.tensorboard() + ": can be written again");
        }
        eventsFailed = gap.isPresent();
    }

    /** Makes the rows written so far outlast a loss of power. Any thread may call it, even after {@link #close}. */
    public void sync() throws IOException {
        // a channel of its own: one is closed for everybody when a thread that uses it is interrupted
        try (FileChannel channel = FileChannel.open(run.metrics(), StandardOpenOption.WRITE)) {
            channel.force(false);
        }
    }

    /**
     * Tries once more to write the rows that were kept.
     *
     * @throws IOException if that fails again, saying how many rows are lost
     */
    @Override
    public void close() throws IOException {
        try (ScalarEvents closing = events) {
            lines.close();
        }
        if (lines.trouble().isPresent()) {
            IOException why = lines.trouble().get();
            throw new IOException(
                    run.metrics() + ": " + (lines.lost() + lines.waiting()) + " rows cannot be written: "
                            + RunDirectory.reason(why),
                    why);
        }
    }

    private static long step(Map<String, ?> row) {
        Object step = row.get(STEP);
        if (!(step instanceof Long || step instanceof Integer) || ((Number) step).longValue() < 0) {
            throw new IllegalArgumentException("'" + STEP + "' must be an integer >= 0, found " + step + " in " + row);
        }
        return ((Number) step).longValue();
    }

    private static byte[] line(long step, Map<String, ?> row) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeNumberProperty(STEP, step);
            for (Map.Entry<String, ?> entry : row.entrySet()) {
                if (!entry.getKey().equals(STEP)) {
                    json.writeName(entry.getKey());
                    value(json, entry.getKey(), entry.getValue());
                }
            }
            json.writeEndObject();
        }
        bytes.write('\n');
        if (bytes.size() > MetricsReader.MAX_LINE_BYTES) {
            throw new IllegalArgumentException("the row of step " + step + " takes " + bytes.size() + " bytes; at most "
                    + MetricsReader.MAX_LINE_BYTES + " are allowed");
        }
        return bytes.toByteArray();
    }

    private static void value(JsonGenerator json, String key, Object value) {
        if (value == null || isNotFinite(value)) {
            json.writeNull();
        } else if (value instanceof Double number) {
            json.writeNumber(number);
        } else if (value instanceof Float number) {
            json.writeNumber(number);
        } else if (value instanceof Long number) {
            json.writeNumber(number);
        } else if (value instanceof Integer number) {
            json.writeNumber(number);
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof String text) {
            json.writeString(text);
        } else {
            throw new IllegalArgumentException("'" + key
                    + "' must be Integer, Long, Float, Double, String, Boolean or null, found "
                    + value.getClass().getName());
        }
    }

    private static boolean isNotFinite(Object value) {
        return (value instanceof Double || value instanceof Float) && !Double.isFinite(((Number) value).doubleValue());
    }
}
