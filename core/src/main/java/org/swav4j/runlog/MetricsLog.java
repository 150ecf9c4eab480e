package org.swav4j.runlog;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.EventFileWriter;
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
 * <p>Not safe for use by several threads, nor for two processes on one run.
 */
public final class MetricsLog implements Closeable {
    /** The key every row has: optimiser steps done, counted from 0 over the whole run. */
    public static final String STEP = "step";

    private static final JsonFactory JSON = new JsonFactory();

    private final FileChannel lines;
    private final EventFileWriter events;

    private MetricsLog(RunDirectory run, OpenOption... mode) throws IOException {
        Files.createDirectories(run.tensorboard());
        this.lines = FileChannel.open(run.metrics(), mode);
        try {
            this.events = EventFileWriter.create(run.tensorboard());
        } catch (Throwable failure) {
            lines.close();
            throw failure;
        }
    }

    /**
     * Starts the metrics of a new run.
     *
     * @throws java.nio.file.FileAlreadyExistsException when the run has metrics
     */
    public static MetricsLog create(RunDirectory run) throws IOException {
        return new MetricsLog(run, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
    }

    /**
     * Goes on after the checkpoint of {@code resumeStep}: rows of later steps and a line cut off at the end are removed, and
     * TensorBoard is told that later values from older event files are void.
     *
     * @throws org.swav4j.format.FormatException when a line other than the last is not a row
     */
    public static MetricsLog openForResume(RunDirectory run, long resumeStep) throws IOException {
        if (Files.exists(run.metrics())) {
            AtomicFile.write(run.metrics(), channel -> {
                OutputStream kept = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                MetricsReader.scan(run.metrics(), (line, row) -> {
                    Object step = row.get(STEP);
                    if (!(step instanceof Number number) || number.longValue() <= resumeStep) {
                        kept.write(line);
                        kept.write('\n');
                    }
                });
                kept.flush();
            });
        }
        MetricsLog log = new MetricsLog(run, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        try {
            log.events.restartAt(resumeStep + 1);
            log.events.flush();
        } catch (Throwable failure) {
            log.close();
            throw failure;
        }
        return log;
    }

    /**
     * Appends one row, visible to readers when the call returns.
     *
     * @param row key → integer, floating-point number, text, truth value or null; {@code step} must be an integer ≥ 0
     * @throws IllegalArgumentException when the row has no step or a value of another type; nothing is written then
     */
    public void write(Map<String, ?> row) throws IOException {
        long step = step(row);
        byte[] line = line(step, row);
        append(line);
        for (Map.Entry<String, ?> entry : row.entrySet()) {
            if (entry.getValue() instanceof Number number && !entry.getKey().equals(STEP)) {
                events.scalar(entry.getKey(), step, number.doubleValue());
            }
        }
        events.flush();
    }

    @Override
    public void close() throws IOException {
        try (FileChannel closing = lines) {
            events.close();
        }
    }

    /** A line that did not fit on the disk is taken back: the next row must not be glued to half a line. */
    private void append(byte[] line) throws IOException {
        long before = lines.size();
        ByteBuffer bytes = ByteBuffer.wrap(line);
        try {
            while (bytes.hasRemaining()) {
                lines.write(bytes);
            }
        } catch (IOException failure) {
            try {
                lines.truncate(before);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
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
