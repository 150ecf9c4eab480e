package org.swav4j.profile;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.swav4j.format.AtomicFile;
import org.swav4j.loader.LoadingWatch;
import org.swav4j.profile.ProfileReport.OperationCost;
import org.swav4j.profile.ProfileReport.PhaseCost;

/** What was measured of some steps, as a trace and in figures. */
final class Measured {
    private static final int OPERATIONS_SHOWN = 10;

    private final String device;
    private final List<Span<Long>> steps;
    private final List<Span<Phase>> spans;
    private final Track<Phase> phases;
    private final WorkerTracks workers;
    /** Null if operations could not be recorded. */
    private final List<PlacedOperation> operations;

    /**
     * @param steps at least one, with their numbers
     * @param operations those within others before them; null if they could not be recorded
     */
    Measured(
            String device,
            List<Span<Long>> steps,
            Track<Phase> phases,
            WorkerTracks workers,
            List<Operation> operations) {
        this.device = device;
        this.steps = steps;
        this.phases = phases;
        this.spans = phases.spans();
        this.workers = workers;
        this.operations = operations == null ? null : CallTree.place(operations, spans);
    }

    /** Writes the trace, whole or not at all. */
    void write(Path file) throws IOException {
        AtomicFile.write(file, channel -> {
            OutputStream raw = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            GZIPOutputStream compressed = new GZIPOutputStream(raw, 1 << 16);
            TraceFile.write(compressed, "swav pretrain", rows(), steps.get(0).start());
            compressed.finish();
            raw.flush();
        });
    }

    /**
     * The training thread with steps, phases and operations within each other; libtorch's other threads; the loader's.
     */
    List<TraceFile.Row> rows() {
        List<TraceFile.Slice> training = new ArrayList<>();
        steps.forEach(s -> training.add(new TraceFile.Slice("step " + s.what(), "step", s.start(), s.end())));
        for (int i = 1; i < steps.size(); i++) {
            long from = steps.get(i - 1).end();
            training.add(new TraceFile.Slice(
                    "not measured", "pause", from, steps.get(i).start()));
        }
        spans.forEach(s -> training.add(new TraceFile.Slice(s.what().toString(), "phase", s.start(), s.end())));
        Map<Integer, List<TraceFile.Slice>> threads = new TreeMap<>();
        threads.put(Operation.RECORDING_THREAD, training);
        for (PlacedOperation placed : operations == null ? List.<PlacedOperation>of() : operations) {
            Operation o = placed.operation();
            threads.computeIfAbsent(o.thread(), t -> new ArrayList<>())
                    .add(new TraceFile.Slice(o.name(), "operation", o.start(), o.end()));
        }
        List<TraceFile.Row> rows = new ArrayList<>();
        threads.forEach((thread, slices) -> rows.add(new TraceFile.Row(
                thread == Operation.RECORDING_THREAD ? phases.name() : "libtorch " + thread, slices)));
        for (Track<LoadingWatch.Stage> worker : workers.tracks()) {
            rows.add(new TraceFile.Row(
                    worker.name(),
                    worker.spans().stream()
                            .map(s -> new TraceFile.Slice(
                                    s.what().name().toLowerCase(Locale.ROOT), "loading", s.start(), s.end()))
                            .toList()));
        }
        return rows;
    }

    /** @param trace where it was written, or null */
    ProfileReport report(Path trace) {
        long all = steps.stream().mapToLong(Span::nanos).sum();
        return new ProfileReport(
                trace,
                device,
                steps.get(0).what(),
                steps.size(),
                all / 1e9 / steps.size(),
                phaseCosts(all),
                operationCosts(all),
                workers.cost(all),
                phases.dropped() + workers.dropped());
    }

    private List<PhaseCost> phaseCosts(long all) {
        Map<Phase, Long> inOperations = new EnumMap<>(Phase.class);
        if (operations != null) {
            operations.stream()
                    .filter(PlacedOperation::outermost)
                    .forEach(o -> inOperations.merge(o.phase(), o.operation().nanos(), Long::sum));
        }
        List<PhaseCost> costs = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            long nanos = phases.nanos(phase);
            if (nanos > 0) {
                double inside = operations == null ? Double.NaN : secondsAStep(inOperations.getOrDefault(phase, 0L));
                costs.add(new PhaseCost(phase, secondsAStep(nanos), (double) nanos / all, inside));
            }
        }
        return costs;
    }

    private List<OperationCost> operationCosts(long all) {
        record Key(String name, Phase phase) {}
        Map<Key, long[]> sums = new HashMap<>();
        for (PlacedOperation o : operations == null ? List.<PlacedOperation>of() : operations) {
            long[] sum = sums.computeIfAbsent(new Key(o.operation().name(), o.phase()), key -> new long[2]);
            sum[0] += o.selfNanos();
            sum[1]++;
        }
        return sums.entrySet().stream()
                .map(e -> new OperationCost(
                        e.getKey().name(),
                        e.getKey().phase(),
                        secondsAStep(e.getValue()[0]),
                        (double) e.getValue()[0] / all,
                        (double) e.getValue()[1] / steps.size()))
                .sorted(Comparator.comparingDouble(OperationCost::seconds)
                        .reversed()
                        .thenComparing(OperationCost::name))
                .limit(OPERATIONS_SHOWN)
                .toList();
    }

    private double secondsAStep(long nanos) {
        return nanos / 1e9 / steps.size();
    }
}
