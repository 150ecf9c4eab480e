package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file that a command is to write. */
final class NewFile {
    private NewFile() {}

    /** What can be seen to be wrong with it before the work begins. */
    static Optional<String> problem(String option, Path file, boolean force) {
        Path folder = file.toAbsolutePath().getParent();
        String place = option + ": " + file + ": ";
        if (Files.isDirectory(file) || file.getFileName() == null) {
            return Optional.of(place + "is a folder; name a file");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            return Optional.of(place + "there is no folder " + folder + "; make it first");
        }
        if (Files.exists(file) && !force) {
            return Optional.of(place + "is there already; give another name, or --force to replace it");
        }
        return Optional.empty();
    }

    /** What writes it. */
    @FunctionalInterface
    interface Writing {
        void run() throws IOException;
    }

    /**
     * Writes it; a failure of the disk, which Java tells without a name, gets the file's.
     *
     * @param writing that does nothing but write, all or nothing
     */
    static void write(Path file, Writing writing) throws IOException {
        try {
            writing.run();
        } catch (FileSystemException named) {
            throw named;
        } catch (IOException e) {
            throw new IOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
