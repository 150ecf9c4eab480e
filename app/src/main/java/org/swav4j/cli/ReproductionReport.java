package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.StateComparison;
import org.swav4j.format.AtomicFile;
import org.swav4j.runlog.MetricsLog;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.RunComparison;
import org.swav4j.train.RunComparison.RowDifference;

/**
 * Whether a run that was trained again came to the same.
 *
 * @param again the new run
 * @param checkpoint the state it came to
 * @param causes what may explain a difference; empty if there is none
 */
record ReproductionReport(
        OriginalRun original,
        RunDirectory again,
        Checkpoint checkpoint,
        RunComparison comparison,
        List<String> causes) {
    /** Version of what {@link #fields} has. */
    private static final int FORMAT = 1;

    /** Copies the list. */
    ReproductionReport {
        causes = List.copyOf(causes);
    }

    /** Compares the two runs. */
    static ReproductionReport of(OriginalRun original, RunDirectory again, Path newest) throws IOException {
        Checkpoint checkpoint = Checkpoint.open(newest);
        RunComparison comparison = RunComparison.of(
                original.metrics(),
                original.checkpoint(),
                RunComparison.Metrics.of(again, checkpoint.progress().step()),
                checkpoint);
        List<String> causes = comparison.same() ? List.of() : Causes.of(original, again);
        return new ReproductionReport(original, again, checkpoint, comparison, causes);
    }

    boolean same() {
        return comparison.same();
    }

    /** Writes the new run's {@code reproduction.json}. */
    void write() throws IOException {
        AtomicFile.write(again.reproduction(), Json.bytes(fields()));
    }

    /** For people. */
    String text() {
        if (same()) {
            return format(
                    "The same, bit for bit: %,d tensors, %,d metrics rows.\n", comparison.tensors(), comparison.rows());
        }
        StringBuilder text = new StringBuilder(format(
                "Not the same: %,d of %,d metrics rows and %,d of %,d tensors differ.\n",
                comparison.differingRows(), comparison.rows(), comparison.differingTensors(), comparison.tensors()));
        comparison.firstRow().ifPresent(row -> text.append(line(RunDirectory.METRICS, text(row))));
        comparison.files().stream()
                .filter(file -> file.differing() > 0)
                .forEach(file -> text.append(line(file.file(), text(file))));
        text.append("What may explain it:\n");
        causes.forEach(cause -> text.append("  ").append(cause).append('\n'));
        return text.toString();
    }

    private static String line(String file, String what) {
        return format("  %-22s%s\n", file, what);
    }

    private String text(RowDifference row) {
        String place = "first at step " + row.step() + ": ";
        // only a row that one run lacks differs in its step
        List<Object> steps = row.values().get(MetricsLog.STEP);
        if (steps != null) {
            return place + "only in " + (steps.get(0) != null ? original.directory() : again);
        }
        String name = row.values().keySet().iterator().next();
        List<Object> values = row.values().get(name);
        return place + name + " " + values.get(0) + " in " + original.directory() + ", " + values.get(1) + " in "
                + again;
    }

    private static String text(StateComparison file) {
        String tensors = format("%,d of %,d tensors", file.differing(), file.tensors());
        if (!file.unlike().isEmpty()) {
            return tensors + "; lacking in one run or of another shape: "
                    + file.unlike().get(0)
                    + (file.unlike().size() > 1 ? " and " + (file.unlike().size() - 1) + " more" : "");
        }
        return tensors + format(", by at most %.3g, in %s", file.largest(), file.largestIn());
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** For programs. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("format", FORMAT);
        fields.put("same", same());
        fields.put("step", original.step());
        fields.put("original", run(original.directory(), original.provenance().runId(), original.checkpoint()));
        fields.put("reproduction", run(again, checkpoint.lineage().run(), checkpoint));
        fields.put("metrics_rows", comparison.rows());
        fields.put("differing_metrics_rows", comparison.differingRows());
        fields.put("first_differing_row", comparison.firstRow().orElse(null));
        fields.put("tensors", comparison.tensors());
        fields.put("differing_tensors", comparison.differingTensors());
        fields.put(
                "files",
                comparison.files().stream().map(ReproductionReport::fields).toList());
        fields.put("may_explain", causes);
        fields.put("swav4j", BuildInfo.read().version());
        fields.put("compared", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return fields;
    }

    private static Map<String, Object> run(RunDirectory run, String id, Checkpoint checkpoint) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("run", run.path().toAbsolutePath().toString());
        fields.put("run_id", id);
        fields.put("checkpoint", checkpoint.directory().getFileName().toString());
        return fields;
    }

    private static Map<String, Object> fields(StateComparison file) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", file.file());
        fields.put("tensors", file.tensors());
        fields.put("differing", file.differing());
        fields.put("largest_difference", Double.isFinite(file.largest()) ? file.largest() : null);
        fields.put("tensor", file.largestIn().isEmpty() ? null : file.largestIn());
        fields.put("unlike", file.unlike());
        return fields;
    }
}
