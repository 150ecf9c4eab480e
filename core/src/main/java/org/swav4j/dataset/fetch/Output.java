package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntConsumer;
import org.swav4j.data.DataException;

/** Where images are written: only below one folder, only so much, and never one over another. */
final class Output {
    private final Path root;
    private final long mostBytes;
    private final IntConsumer progress;
    private final Set<Path> folders = new HashSet<>();
    private long bytes;
    private int images;

    /**
     * An empty folder.
     *
     * @param mostBytes what may be written in all
     * @param progress told the number of images after each
     */
    Output(Path root, long mostBytes, IntConsumer progress) {
        this.root = root;
        this.mostBytes = mostBytes;
        this.progress = progress;
    }

    int images() {
        return images;
    }

    /** {@code folder}: relative, {@code '/'} between its parts. */
    void image(String folder, String name, byte[] encoded) throws IOException {
        grow(encoded.length);
        Files.write(target(folder, name), encoded, StandardOpenOption.CREATE_NEW);
        written();
    }

    /** Copies to the content's end. */
    void image(String folder, String name, InputStream content) throws IOException {
        Path target = target(folder, name);
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                grow(read);
                out.write(buffer, 0, read);
            }
        }
        written();
    }

    /** A file that is not an image, such as a list. */
    void text(String name, byte[] content) throws IOException {
        grow(content.length);
        Files.write(target("", name), content, StandardOpenOption.CREATE_NEW);
    }

    private void written() {
        images++;
        progress.accept(images);
    }

    private void grow(long by) {
        bytes += by;
        if (bytes > mostBytes) {
            throw new DataException(root + ": the archive holds more than the " + mostBytes
                    + " bytes that this data set may take; it is not what its name says");
        }
    }

    private Path target(String folder, String name) throws IOException {
        String relative = folder.isEmpty() ? name : folder + "/" + name;
        if (!EntryName.safe(relative)) {
            throw new DataException(
                    root + ": '" + relative + "' is no name for an image; the archive is not what it" + " should be");
        }
        Path parent = folder.isEmpty() ? root : root.resolve(folder);
        if (folders.add(parent)) {
            Files.createDirectories(parent);
        }
        return parent.resolve(name);
    }
}
