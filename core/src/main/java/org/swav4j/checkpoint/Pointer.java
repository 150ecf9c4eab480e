package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.swav4j.format.AtomicFile;

/**
 * A name for one of the checkpoints beside it, such as {@code latest}: a symbolic link, and where the system makes none, a
 * small text file with the checkpoint's name. A convenience for people; nothing is decided by it.
 */
final class Pointer {
    private static final int MAX_BYTES = 255;

    private Pointer() {}

    /** Makes {@code pointer} lead to the checkpoint of that name in the same folder, at once. */
    static void set(Path pointer, String checkpoint) throws IOException {
        Path beside = pointer.resolveSibling("." + pointer.getFileName() + ".new");
        Files.deleteIfExists(beside);
        try {
            Files.createSymbolicLink(beside, beside.getFileSystem().getPath(checkpoint));
        } catch (UnsupportedOperationException | FileSystemException e) {
            AtomicFile.write(pointer, (checkpoint + "\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        Files.move(beside, pointer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What {@code path} leads to if it is a pointer, else {@code path}. */
    static Path follow(Path path) {
        try {
            if (Files.isSymbolicLink(path)) {
                return path.resolveSibling(Files.readSymbolicLink(path));
            }
            if (Files.isRegularFile(path) && Files.size(path) <= MAX_BYTES) {
                Path target = path.resolveSibling(Files.readString(path).strip());
                return Files.exists(target.resolve(Manifest.FILE)) ? target : path;
            }
            return path;
        } catch (IOException | InvalidPathException e) {
            return path;
        }
    }
}
