package org.swav4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointEntry;
import org.swav4j.checkpoint.CheckpointEntry.State;
import org.swav4j.checkpoint.CheckpointPlace;
import org.swav4j.checkpoint.Summary;
import org.swav4j.dataset.Bytes;

/**
 * A run's checkpoints for people and for programs.
 *
 * @param latest the newest that is not set aside
 * @param best the one with the highest accuracy
 */
record CheckpointListText(
        CheckpointPlace place, List<CheckpointEntry> entries, Optional<Path> latest, Optional<Path> best) {
    /** A table, and what it does not tell. */
    List<String> lines() {
        int name = width(e -> e.directory().getFileName().toString());
        int epochs = Math.max(width(CheckpointListText::epochs), "epochs".length());
        String columns = "%-" + name + "s  %8s  %-" + epochs + "s  %-16s  %9s  %7s  %s";
        List<String> lines = new ArrayList<>();
        lines.add(row(columns, "name", "step", "epochs", "created (UTC)", "size", "k-NN", "marks"));
        for (CheckpointEntry e : entries) {
            Optional<Summary> s = e.summary();
            lines.add(row(
                    columns,
                    e.directory().getFileName(),
                    CheckpointDirectory.step(e.directory()),
                    epochs(e),
                    s.map(x -> CheckpointText.minute(x.created())).orElse("?"),
                    Bytes.text(e.bytes()),
                    s.map(Summary::knnTop1)
                            .filter(k -> k.isPresent())
                            .map(k -> CheckpointText.percent(k.getAsDouble()))
                            .orElse(""),
                    String.join(", ", marks(e))));
        }
        lines.add("");
        entries.forEach(e -> e.problem().ifPresent(problem -> lines.add(CheckpointText.within(place.root(), problem))));
        lines.add(total());
        return lines;
    }

    private int width(Function<CheckpointEntry, String> column) {
        return entries.stream().mapToInt(e -> column.apply(e).length()).max().orElse(0);
    }

    private static String epochs(CheckpointEntry entry) {
        return entry.summary()
                .map(s -> s.progress().map(CheckpointText::epochs).orElse(""))
                .orElse("?");
    }

    private String total() {
        long setAside =
                entries.stream().filter(e -> e.state() == State.SET_ASIDE).count();
        return entries.size() - setAside + (entries.size() - setAside == 1 ? " checkpoint" : " checkpoints")
                + (setAside == 0 ? "" : ", " + setAside + " set aside as damaged") + ", "
                + Bytes.text(entries.stream().mapToLong(CheckpointEntry::bytes).sum())
                + "; not verified: swav checkpoint verify "
                + ShellWord.quoted(place.run().orElse(place.root()).toString());
    }

    private List<String> marks(CheckpointEntry entry) {
        List<String> marks = new ArrayList<>();
        if (is(latest, entry)) {
            marks.add("latest");
        }
        if (is(best, entry)) {
            marks.add("best");
        }
        switch (entry.state()) {
            case SOUND -> {}
            case SET_ASIDE -> marks.add("set aside");
            case DAMAGED -> marks.add(entry.summary().isPresent() ? "damaged" : "unreadable");
            case NEWER -> marks.add("newer format");
        }
        return marks;
    }

    private static boolean is(Optional<Path> path, CheckpointEntry entry) {
        return path.isPresent() && path.get().equals(entry.directory());
    }

    private static String row(String columns, Object... values) {
        return String.format(Locale.ROOT, columns, values).stripTrailing();
    }

    /** The same as values. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("checkpoints", place.root().toString());
        fields.put("verified", false);
        List<Map<String, Object>> list = new ArrayList<>();
        for (CheckpointEntry e : entries) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", e.directory().getFileName().toString());
            entry.put("step", CheckpointDirectory.step(e.directory()));
            entry.put("state", e.state().name().toLowerCase(Locale.ROOT));
            entry.put(
                    "problem",
                    e.problem().map(p -> CheckpointText.within(place.root(), p)).orElse(null));
            entry.put("latest", is(latest, e));
            entry.put("best", is(best, e));
            entry.put("bytes", e.bytes());
            e.summary().ifPresent(s -> CheckpointText.summary(entry, s));
            list.add(entry);
        }
        fields.put("list", list);
        return fields;
    }
}
