package org.swav4j.profile;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The file that libtorch's {@code RecordProfile} writes: a JSON array of Chrome trace events, a field a line. It is
 * read by lines, since libtorch neither escapes names nor keeps to the point in decimals where the locale has a
 * comma.
 */
final class OperationLog {
    /** {@code start} and {@code duration} in microseconds, from a moment that the file does not name. */
    record Entry(String name, int thread, double start, double duration) {}

    private static final String NAME = "\"name\": \"";
    private static final String START = "\"ts\": ";
    private static final String DURATION = "\"dur\": ";
    private static final String THREAD = "\"tid\": ";

    private OperationLog() {}

    /**
     * All entries, those within others before them.
     *
     * @throws ProfilerException if the file was not written to its end
     */
    static List<Entry> read(BufferedReader lines) throws IOException, ProfilerException {
        Map<String, String> names = new HashMap<>();
        List<Entry> entries = new ArrayList<>();
        String name = null;
        double start = Double.NaN;
        double duration = Double.NaN;
        int thread = 0;
        String last = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String field = line.strip();
            if (field.startsWith(NAME)) {
                String text = field.substring(NAME.length()).replaceFirst("\",?$", "");
                name = names.computeIfAbsent(text, same -> same);
            } else if (field.startsWith(START)) {
                start = number(field, START);
            } else if (field.startsWith(DURATION)) {
                duration = number(field, DURATION);
            } else if (field.startsWith(THREAD)) {
                thread = (int) number(field, THREAD);
            } else if (field.startsWith("}")) {
                if (name != null && start >= 0 && duration >= 0) {
                    entries.add(new Entry(name, thread, start, duration));
                }
                name = null;
                start = Double.NaN;
                duration = Double.NaN;
            }
            last = field.isEmpty() ? last : field;
        }
        if (!last.equals("]") && !last.equals("}]")) {
            throw new ProfilerException("libtorch's record of its operations is cut off; is the disk full?");
        }
        return entries;
    }

    private static double number(String field, String key) {
        String text = field.substring(key.length()).replaceFirst(",$", "").replace(',', '.');
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
