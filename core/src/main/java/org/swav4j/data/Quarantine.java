package org.swav4j.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The images of one source that could not be read, each once, as first seen. Thread-safe. */
public final class Quarantine {
    /** The step of what no training step asked for. */
    public static final long NO_STEP = -1;

    private static final List<String> COLUMNS = List.of("source", "entry", "reason", "step");

    /**
     * One unreadable image.
     *
     * @param source where it comes from
     * @param name its name within the source
     * @param step the first training step, counted from 1, whose batch asked for it; {@link #NO_STEP} outside training
     */
    public record Entry(String source, String name, String reason, long step) {}

    private record Key(String source, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int bySource = source.compareTo(other.source);
            return bySource == 0 ? name.compareTo(other.name) : bySource;
        }
    }

    private record Seen(String reason, long step) {
        /** Whatever the order in which threads came upon an image, the smallest step stays, and any step before none. */
        Seen or(Seen other) {
            return Long.compareUnsigned(other.step, step) < 0 ? other : this;
        }
    }

    private final String source;
    private final Map<Key, Seen> images = new ConcurrentSkipListMap<>();

    /** {@code source} names where the images come from, as the first column of the file shows it. */
    public Quarantine(String source) {
        this.source = source;
    }

    /** Notes an image that no training step asked for. */
    public void record(String name, String reason) {
        record(name, reason, NO_STEP);
    }

    /** Notes an image that the batch of {@code step} asked for; a second note of the same image keeps the smaller step. */
    public void record(String name, String reason, long step) {
        images.merge(new Key(source, name), new Seen(reason, step), Seen::or);
    }

    /** How many distinct images of this source, those read from a file too. */
    public int count() {
        return (int) images.keySet().stream()
                .filter(key -> key.source().equals(source))
                .count();
    }

    /** The images, sorted by source and name; those that a file had of other sources too. */
    public List<Entry> entries() {
        return images.entrySet().stream()
                .map(e -> new Entry(
                        e.getKey().source(),
                        e.getKey().name(),
                        e.getValue().reason(),
                        e.getValue().step()))
                .toList();
    }

    /**
     * Adds what {@link #flush} wrote, so that a resumed run goes on with its list. A file that is not there adds nothing.
     *
     * @throws DataException if it is no such list; it then lies beside, under the name that the message gives
     */
    public void restore(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        List<List<String>> rows;
        try {
            rows = Csv.read(Files.readString(file));
            if (rows.isEmpty() || !rows.get(0).equals(COLUMNS)) {
                throw new DataException("the first line is not " + String.join(",", COLUMNS));
            }
            rows.stream().skip(1).forEach(Quarantine::entry);
        } catch (CharacterCodingException | DataException e) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            throw new DataException(
                    file + ": is not a list of unreadable images (" + e.getMessage()
                            + "); a new one is begun, the old one" + " is now " + aside.getFileName(),
                    e);
        }
        rows.subList(1, rows.size()).forEach(this::add);
    }

    private void add(List<String> row) {
        Entry e = entry(row);
        images.merge(new Key(e.source(), e.name()), new Seen(e.reason(), e.step()), Seen::or);
    }

    /** Adds what another one's {@link #csv} says. */
    public void addCsv(String csv) {
        Csv.read(csv).stream().skip(1).forEach(this::add);
    }

    private static Entry entry(List<String> row) {
        try {
            if (row.size() == COLUMNS.size()) {
                long step = row.get(3).isEmpty() ? NO_STEP : Long.parseLong(row.get(3));
                return new Entry(row.get(0), row.get(1), row.get(2), step);
            }
        } catch (NumberFormatException e) {
            throw new DataException("'" + row.get(3) + "' is no step", e);
        }
        throw new DataException("a line of " + row.size() + " columns");
    }

    /**
     * Writes the images as CSV with the columns source, entry, reason, step (empty outside training), replacing the file in
     * one step. Writes nothing while there is none.
     */
    public void flush(Path file) throws IOException {
        if (images.isEmpty()) {
            return;
        }
        Path written = file.resolveSibling(file.getFileName() + ".tmp");
        // names are what the file system gave, and may hold halves of characters that UTF-8 cannot write
        Files.write(written, csv().getBytes(StandardCharsets.UTF_8));
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The images as CSV with the columns source, entry, reason, step (empty outside training). */
    public String csv() {
        StringBuilder csv = new StringBuilder(Csv.line(COLUMNS));
        for (Entry e : entries()) {
            String step = e.step() == NO_STEP ? "" : Long.toString(e.step());
            csv.append(Csv.line(List.of(e.source(), e.name(), e.reason(), step)));
        }
        return csv.toString();
    }
}
