package org.swav4j.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.profile.ProfileReport;
import org.swav4j.profile.ProfileReport.LoadingCost;
import org.swav4j.profile.ProfileReport.OperationCost;
import org.swav4j.profile.ProfileReport.PhaseCost;

/** Where the time of some steps went, for people and for programs. */
final class ProfileText {
    private static final int LONGEST_NAME = 60;

    private ProfileText() {}

    /** Tables of phases and operations, and lines about loading and the trace. */
    static String of(ProfileReport r) {
        StringBuilder text = new StringBuilder(line(
                "Profile of steps %,d to %,d: %.1f ms a step",
                r.firstStep(), r.firstStep() + r.steps() - 1, 1e3 * r.stepSeconds()));
        boolean operations = !r.operations().isEmpty();
        text.append(line("  %-18s %10s %8s%s", "phase", "ms a step", "share", operations ? "  in operations" : ""));
        for (PhaseCost p : r.phases()) {
            String inside =
                    operations ? String.format(Locale.ROOT, " %12.0f %%", 100 * p.inOperations() / p.seconds()) : "";
            text.append(line("  %-18s %10.2f %6.1f %%%s", p.phase(), 1e3 * p.seconds(), 100 * p.share(), inside));
        }
        if (operations) {
            int width = r.operations().stream()
                    .mapToInt(o -> shown(o).length())
                    .max()
                    .orElseThrow();
            String column = "  %-" + Math.max(width, 24) + "s  %-17s %10s %8s %8s";
            text.append(line(column, "operation, its own time", "in", "ms a step", "share", "calls"));
            for (OperationCost o : r.operations()) {
                text.append(line(
                        column,
                        shown(o),
                        o.phase(),
                        String.format(Locale.ROOT, "%.2f", 1e3 * o.seconds()),
                        String.format(Locale.ROOT, "%.1f %%", 100 * o.share()),
                        String.format(Locale.ROOT, "%.0f", o.calls())));
            }
        }
        LoadingCost l = r.loading();
        text.append(line(
                "  loading threads: %d, %.1f %% busy (reading %.1f %%, decoding %.1f %%, cropping %.1f %%)",
                l.workers(), 100 * l.busy(), 100 * l.reading(), 100 * l.decoding(), 100 * l.cropping()));
        if (!r.device().equals("cpu")) {
            text.append(line(
                    "  on %s, times are those the CPU takes to hand work over; the device's own time shows where the CPU"
                            + " waits for it",
                    r.device()));
        }
        if (r.leftOut() > 0) {
            text.append(line(
                    "  the trace lacks %,d spans for which there was no room; the figures have them", r.leftOut()));
        }
        if (r.trace() != null) {
            text.append(line("  trace: %s; open it in https://ui.perfetto.dev", r.trace()));
        }
        return text.toString();
    }

    private static String shown(OperationCost o) {
        return o.name().length() <= LONGEST_NAME ? o.name() : o.name().substring(0, LONGEST_NAME - 3) + "...";
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format + "%n", values);
    }

    /** The same as values. */
    static Map<String, Object> fields(ProfileReport r) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("trace", r.trace() == null ? null : r.trace().toString());
        fields.put("device", r.device());
        fields.put("first_step", r.firstStep());
        fields.put("steps", r.steps());
        fields.put("step_seconds", r.stepSeconds());
        List<Map<String, Object>> phases = new ArrayList<>();
        for (PhaseCost p : r.phases()) {
            Map<String, Object> phase = new LinkedHashMap<>();
            phase.put("phase", p.phase().toString());
            phase.put("seconds", p.seconds());
            phase.put("share", p.share());
            phase.put("seconds_in_operations", Double.isNaN(p.inOperations()) ? null : p.inOperations());
            phases.add(phase);
        }
        fields.put("phases", phases);
        List<Map<String, Object>> operations = new ArrayList<>();
        for (OperationCost o : r.operations()) {
            Map<String, Object> operation = new LinkedHashMap<>();
            operation.put("operation", o.name());
            operation.put("phase", o.phase().toString());
            operation.put("seconds", o.seconds());
            operation.put("share", o.share());
            operation.put("calls", o.calls());
            operations.add(operation);
        }
        fields.put("operations", operations);
        Map<String, Object> loading = new LinkedHashMap<>();
        loading.put("workers", r.loading().workers());
        loading.put("busy", r.loading().busy());
        loading.put("reading", r.loading().reading());
        loading.put("decoding", r.loading().decoding());
        loading.put("cropping", r.loading().cropping());
        fields.put("loading", loading);
        return fields;
    }
}
