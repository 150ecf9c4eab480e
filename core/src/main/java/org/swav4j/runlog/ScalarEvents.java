package org.swav4j.runlog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.swav4j.format.EventFileWriter;

/**
 * The numbers of rows as TensorBoard's event files. What cannot be written is left out; it goes on in a new file then, as
 * readers stop at a record that is cut off.
 */
final class ScalarEvents implements Closeable {
    private final Path directory;
    private EventFileWriter file;
    private IOException trouble;

    /** Begins a file in an existing directory. */
    ScalarEvents(Path directory) throws IOException {
        this.directory = directory;
        this.file = EventFileWriter.create(directory);
    }

    /** Values of this step and later from older files no longer count. */
    void restartAt(long step) throws IOException {
        file.restartAt(step);
        file.flush();
    }

    /** Appends a row's numbers, or leaves them out. */
    void write(long step, Map<String, ?> row) {
        try {
            if (file == null) {
                file = EventFileWriter.create(directory);
            }
            for (Map.Entry<String, ?> entry : row.entrySet()) {
                if (entry.getValue() instanceof Number number && !entry.getKey().equals(MetricsLog.STEP)) {
                    file.scalar(entry.getKey(), step, number.doubleValue());
                }
            }
            file.flush();
            trouble = null;
        } catch (IOException e) {
            trouble = e;
            try (EventFileWriter failed = file) {
                file = null;
            } catch (IOException again) {
                e.addSuppressed(again);
            }
        }
    }

    /** Why the last row is not there; empty if it is. */
    Optional<IOException> trouble() {
        return Optional.ofNullable(trouble);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
