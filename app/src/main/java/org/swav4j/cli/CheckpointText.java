package org.swav4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.Inventory;
import org.swav4j.checkpoint.Progress;
import org.swav4j.checkpoint.Summary;
import org.swav4j.dataset.Bytes;

/** One checkpoint for people and for programs. */
final class CheckpointText {
    private CheckpointText() {}

    /** All but its configuration. */
    static List<String> lines(Checkpoint checkpoint) {
        Summary s = checkpoint.summary();
        Inventory i = checkpoint.inventory();
        List<String> lines = new ArrayList<>();
        row(lines, "checkpoint", checkpoint.directory() + ", whole");
        row(lines, "format", s.format() + ", written by swav4j " + s.version());
        row(lines, "created", s.created().isEmpty() ? "not noted" : s.created());
        row(
                lines,
                "run",
                s.lineage().run().isEmpty() ? "not noted" : s.lineage().run());
        row(
                lines,
                "parent",
                s.lineage().parent().isEmpty() ? "none" : s.lineage().parent());
        row(
                lines,
                "progress",
                s.progress().map(CheckpointText::progress).orElse("none: an encoder without a training"));
        s.progress().ifPresent(p -> row(lines, "data", "fingerprint " + p.dataFingerprint()));
        row(
                lines,
                "encoder",
                format(
                        "%s, stem %s, images of %d",
                        s.encoder().arch(), s.encoder().stem(), s.encoder().imageSize()));
        row(lines, "k-NN top-1", s.knnTop1().isPresent() ? percent(s.knnTop1().getAsDouble()) : "not measured");
        row(
                lines,
                "parameters",
                format(
                        "%,d: trunk %,d, head %,d, prototypes %,d",
                        i.parameters(), i.trunkParameters(), i.headParameters(), i.prototypeParameters()));
        row(lines, "statistics", format("%,d of batch norm", i.statistics()));
        String slots = i.optimizerSlots().entrySet().stream()
                .map(e -> format("%s %,d", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
        row(lines, "optimizer", slots.isEmpty() ? "nothing yet" : slots);
        row(
                lines,
                "queue",
                i.queueLength() == 0
                        ? "none"
                        : format("%,d rows for each of %,d crops", i.queueLength(), i.queueCrops()));
        String title = "files";
        for (Map.Entry<String, Long> file : s.files().entrySet()) {
            row(lines, title, format("%-22s %10s", file.getKey(), Bytes.text(file.getValue())));
            title = "";
        }
        return lines;
    }

    private static String progress(Progress p) {
        String epochs = format("step %,d, %,d epoch%s", p.step(), p.epoch(), p.epoch() == 1 ? "" : "s");
        return epochs + (p.batch() == 0 ? "" : format(" and %,d of %,d steps", p.batch(), p.stepsPerEpoch()));
    }

    private static void row(List<String> lines, String name, String value) {
        lines.add(format("%-12s%s", name, value));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** The same as values. */
    static Map<String, Object> fields(Checkpoint checkpoint) {
        Summary s = checkpoint.summary();
        Inventory i = checkpoint.inventory();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("checkpoint", checkpoint.directory().toString());
        fields.put("step", s.progress().map(Progress::step).orElse(null));
        summary(fields, s);
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("trunk", i.trunkParameters());
        parameters.put("head", i.headParameters());
        parameters.put("prototypes", i.prototypeParameters());
        fields.put("parameters", parameters);
        fields.put("statistics", i.statistics());
        fields.put("optimizer", i.optimizerSlots());
        fields.put("queue_rows", i.queueLength());
        fields.put("queue_crops", i.queueCrops());
        fields.put("files", s.files());
        return fields;
    }

    /** Adds what a manifest says. */
    static void summary(Map<String, Object> fields, Summary s) {
        fields.put("epoch", s.progress().map(Progress::epoch).orElse(null));
        fields.put("batch", s.progress().map(Progress::batch).orElse(null));
        fields.put("steps_per_epoch", s.progress().map(Progress::stepsPerEpoch).orElse(null));
        fields.put("created", s.created().isEmpty() ? null : s.created());
        fields.put("format", s.format());
        fields.put("swav4j", s.version());
        fields.put("run", s.lineage().run().isEmpty() ? null : s.lineage().run());
        fields.put("parent", s.lineage().parent().isEmpty() ? null : s.lineage().parent());
        fields.put(
                "data_fingerprint", s.progress().map(Progress::dataFingerprint).orElse(null));
        fields.put("arch", s.encoder().arch());
        fields.put("stem", s.encoder().stem());
        fields.put("image_size", s.encoder().imageSize());
        fields.put("knn_top1", s.knnTop1().isPresent() ? s.knnTop1().getAsDouble() : null);
    }

    /** Epochs done, and steps of the next: {@code 2 + 1/3}. */
    static String epochs(Progress p) {
        return p.batch() == 0 ? "" + p.epoch() : p.epoch() + " + " + p.batch() + "/" + p.stepsPerEpoch();
    }

    /** {@code 2026-01-02 03:04} of an ISO instant. */
    static String minute(String created) {
        return created.length() < 16 ? "" : created.substring(0, 10) + " " + created.substring(11, 16);
    }

    static String percent(double share) {
        return format("%.1f %%", 100 * share);
    }

    /** A message without the folder that all of them begin with. */
    static String within(Path folder, String message) {
        String prefix = folder + folder.getFileSystem().getSeparator();
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }
}
