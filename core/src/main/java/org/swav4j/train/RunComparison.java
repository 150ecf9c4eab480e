package org.swav4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.StateComparison;
import org.swav4j.runlog.MetricsLog;
import org.swav4j.runlog.MetricsReader;
import org.swav4j.runlog.RunDirectory;

/**
 * Whether a run that was trained again came to the same, bit for bit: what it measured on its way, but for how fast it was, and
 * what it ended with.
 *
 * @param rows how many steps have metrics, of one run or both
 * @param differingRows at how many of them they differ
 * @param firstRow the first of those
 * @param files model, optimizer and queue
 */
public record RunComparison(
        int rows, int differingRows, Optional<RowDifference> firstRow, List<StateComparison> files) {
    /** What depends on the machine's speed and on what else it does. */
    private static final Set<String> TIMING = Set.of("images_per_second", "data_wait_share", "memory_mb");

    /** May have been switched on or off on the way, and changes nothing. */
    private static final Set<String> PROBE = Set.of(RunMetrics.PROBE_TOP1, RunMetrics.PROBE_LOSS);

    /** Stands in rows of their own, and only where there were labelled images. */
    private static final String EVALUATION = "knn_top1";

    /** Copies the list. */
    public RunComparison {
        files = List.copyOf(files);
    }

    /**
     * Metrics of one step that differ.
     *
     * @param values name → what the runs have, in the order compared; null where one has no such value, or no number
     */
    public record RowDifference(long step, Map<String, List<Object>> values) {
        /** Copies the map. */
        public RowDifference {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** The metrics of a run up to a step, without timing and evaluations: step → row. */
    public record Metrics(Map<Long, Map<String, Object>> rows) {
        /** Copies the map. */
        public Metrics {
            rows = Collections.unmodifiableMap(new TreeMap<>(rows));
        }

        /**
         * Reads them; a run without any file has none.
         *
         * @throws IOException if the file is damaged, or cannot be read
         */
        public static Metrics of(RunDirectory run, long lastStep) throws IOException {
            Map<Long, Map<String, Object>> rows = new TreeMap<>();
            List<Map<String, Object>> all = Files.exists(run.metrics()) ? MetricsReader.read(run.metrics()) : List.of();
            for (Map<String, Object> row : all) {
                long step = row.get(MetricsLog.STEP) instanceof Number number ? number.longValue() : 0;
                if (step <= lastStep && !row.containsKey(EVALUATION)) {
                    Map<String, Object> kept = new LinkedHashMap<>(row);
                    kept.keySet().removeAll(TIMING);
                    kept.keySet().removeAll(PROBE);
                    rows.put(step, kept);
                }
            }
            return new Metrics(rows);
        }
    }

    /**
     * Compares two runs at one step.
     *
     * @param one the metrics of the first, up to the step
     * @param first its state then
     * @throws org.swav4j.checkpoint.CheckpointException if a state cannot be read
     */
    public static RunComparison of(Metrics one, Checkpoint first, Metrics other, Checkpoint second) {
        Set<Long> steps = new TreeSet<>(one.rows().keySet());
        steps.addAll(other.rows().keySet());
        List<RowDifference> differences = new ArrayList<>();
        for (long step : steps) {
            Map<String, List<Object>> values = differences(
                    one.rows().getOrDefault(step, Map.of()), other.rows().getOrDefault(step, Map.of()));
            if (!values.isEmpty()) {
                differences.add(new RowDifference(step, values));
            }
        }
        return new RunComparison(
                steps.size(), differences.size(), differences.stream().findFirst(), StateComparison.of(first, second));
    }

    private static Map<String, List<Object>> differences(Map<String, Object> one, Map<String, Object> other) {
        Set<String> columns = new LinkedHashSet<>(one.keySet());
        columns.addAll(other.keySet());
        Map<String, List<Object>> values = new LinkedHashMap<>();
        for (String column : columns) {
            if (!Objects.equals(one.get(column), other.get(column))) {
                List<Object> both = new ArrayList<>();
                both.add(one.get(column));
                both.add(other.get(column));
                values.put(column, Collections.unmodifiableList(both));
            }
        }
        return values;
    }

    /** Whether nothing differs. */
    public boolean same() {
        return differingRows == 0 && differingTensors() == 0;
    }

    /** How many tensors there are in all files. */
    public int tensors() {
        return files.stream().mapToInt(StateComparison::tensors).sum();
    }

    /** How many of them differ. */
    public int differingTensors() {
        return files.stream().mapToInt(StateComparison::differing).sum();
    }
}
