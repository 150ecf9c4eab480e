package org.swav4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.runlog.RunDirectory;

/** What a run does about images that cannot be read: lists them, names them as they turn up, and ends if they are too many. */
final class BrokenImages {
    private static final double MOST_BROKEN = 0.1;

    private final ImageSource images;
    private final Path list;
    private final TrainingListener listener;
    private final Quarantine quarantine;
    private int told;

    BrokenImages(ImageSource images, RunDirectory run, int rank, TrainingListener listener) {
        this.images = images;
        // every rank sees images of its own
        this.list = rank == 0
                ? run.quarantine()
                : run.quarantine().resolveSibling("rank" + rank + "-" + RunDirectory.QUARANTINE);
        this.listener = listener;
        this.quarantine = new Quarantine(images.description());
    }

    /** Where loading puts them. */
    Quarantine quarantine() {
        return quarantine;
    }

    /** What an earlier part of the run could not read stays on its list; read before anything could overwrite it. */
    void goOn() throws IOException {
        try {
            quarantine.restore(list);
        } catch (DataException e) {
            listener.warning(e.getMessage());
        }
        told = quarantine.count();
    }

    /** Brings the list on disk up to date. A full disk is no reason to end a run; it is brought up to date the next time. */
    void flush() {
        try {
            quarantine.flush(list);
        } catch (IOException e) {
            listener.warning(list + ": cannot be written: " + e.getMessage());
        }
    }

    /** Names what could not be read since the last time, and keeps the list on disk up to date. */
    void tell() {
        int broken = quarantine.count();
        if (broken > told) {
            flush();
            Quarantine.Entry example = quarantine.entries().get(0);
            listener.warning(String.format(
                    Locale.ROOT,
                    "%,d images could not be read and were replaced by others, such as %s: %s; all are in %s",
                    broken,
                    example.name(),
                    example.reason(),
                    list));
            told = broken;
        }
    }

    /** @throws DataException if they are more than a tenth of the images */
    void refuseTooMany() {
        int broken = quarantine.count();
        if (broken > MOST_BROKEN * images.size()) {
            List<Quarantine.Entry> entries = quarantine.entries();
            StringBuilder message = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%s: %,d of %,d images cannot be read, more than a tenth; the list is in %s:",
                    images.description(),
                    broken,
                    images.size(),
                    list));
            entries.stream()
                    .limit(10)
                    .forEach(e ->
                            message.append("\n  ").append(e.name()).append(": ").append(e.reason()));
            throw new DataException(message.toString());
        }
    }
}
