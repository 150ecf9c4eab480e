package org.swav4j.profile;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What an {@link OperationRecorder} has recorded, in a file that nobody has read yet.
 *
 * @param file as {@link OperationLog} reads it
 * @param firstMark number, from 0, of the {@link #MARK} with which it begins
 * @param began when that was called, {@link System#nanoTime}
 * @param ended when the last one was
 */
record RecordedOperations(FileChannel file, int firstMark, long began, long ended) implements Closeable {
    /**
     * An operation that no training uses; where it lies in the record and when it was called tie the clocks together.
     */
    static final String MARK = "aten::scalar_tensor";

    private static final double MOST_DRIFT_MICROS = 1000;

    /** The operations, those within others before them, on {@link System#nanoTime}'s clock; closes the file. */
    List<Operation> read() throws IOException, ProfilerException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(file), StandardCharsets.UTF_8))) {
            return aligned(OperationLog.read(lines), firstMark, began, ended);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** What lies between one mark, set at {@code began}, and the last, set at {@code ended}. */
    static List<Operation> aligned(List<OperationLog.Entry> entries, int firstMark, long began, long ended)
            throws ProfilerException {
        List<OperationLog.Entry> marks = entries.stream()
                .filter(e -> e.name().equals(MARK))
                .sorted(Comparator.comparingDouble(OperationLog.Entry::start))
                .toList();
        if (marks.size() < firstMark + 2) {
            throw new ProfilerException("libtorch's record of its operations is not complete");
        }
        OperationLog.Entry first = marks.get(firstMark);
        OperationLog.Entry last = marks.get(marks.size() - 1);
        double from = middle(first);
        double to = middle(last);
        double drift = (to - from) - (ended - began) / 1e3;
        if (Math.abs(drift) > MOST_DRIFT_MICROS + 1e-3 * (to - from)) {
            throw new ProfilerException("the clock of libtorch's record was set while it was written");
        }
        double scale = (ended - began) / (to - from);
        List<Operation> operations = new ArrayList<>();
        for (OperationLog.Entry e : entries) {
            if (e.start() > first.start() + first.duration() && e.start() + e.duration() < last.start()) {
                long start = began + Math.round((e.start() - from) * scale);
                long end = began + Math.round((e.start() + e.duration() - from) * scale);
                int thread = e.thread() == last.thread() ? Operation.RECORDING_THREAD : e.thread();
                operations.add(new Operation(e.name(), thread, start, end));
            }
        }
        return operations;
    }

    private static double middle(OperationLog.Entry e) {
        return e.start() + e.duration() / 2;
    }
}
