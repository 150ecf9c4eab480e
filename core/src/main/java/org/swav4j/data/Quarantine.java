package org.swav4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The images of one source that could not be read, each once, with the first reason seen. Thread-safe. */
public final class Quarantine {

    /** One unreadable image: its name within the source, and why. */
    public record Entry(String name, String reason) {}

    private final String source;
    private final Map<String, String> reasons = new ConcurrentSkipListMap<>();

    /** {@code source} names where the images come from, as the first column of the file shows it. */
    public Quarantine(String source) {
        this.source = source;
    }

    /** Notes an image; a second note of the same image changes nothing. */
    public void record(String name, String reason) {
        reasons.putIfAbsent(name, reason);
    }

    /** How many distinct images. */
    public int count() {
        return reasons.size();
    }

    /** The images, sorted by name. */
    public List<Entry> entries() {
        return reasons.entrySet().stream()
                .map(e -> new Entry(e.getKey(), e.getValue()))
                .toList();
    }

    /**
     * Writes the images as CSV with the columns source, entry, reason, replacing the file in one step. Writes nothing
     * while there is none.
     */
    public void flush(Path file) throws IOException {
        List<Entry> entries = entries();
        if (entries.isEmpty()) {
            return;
        }
        StringBuilder csv = new StringBuilder("source,entry,reason\n");
        for (Entry entry : entries) {
            csv.append(field(source)).append(',');
            csv.append(field(entry.name())).append(',');
            csv.append(field(entry.reason())).append('\n');
        }
        Path written = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(written, csv);
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
