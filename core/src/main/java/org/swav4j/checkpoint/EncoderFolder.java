package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FileTree;
import org.swav4j.tensor.StateDict;

/**
 * Writes an encoder that came without a training as a {@link Checkpoint}, under any name. It is written beside, flushed to
 * disk and renamed, so that it is there as a whole or not at all.
 */
public final class EncoderFolder {
    private EncoderFolder() {}

    /**
     * Refuses a place where something lies already.
     *
     * @throws CheckpointException unless nothing or an empty folder is there
     */
    public static void requireFree(Path target) {
        try {
            boolean free = !Files.exists(target, LinkOption.NOFOLLOW_LINKS)
                    || (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS) && isEmpty(target));
            if (!free) {
                throw new CheckpointException(target + ": is there already; give a new or an empty folder");
            }
        } catch (IOException e) {
            throw new CheckpointException(target + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }

    /**
     * Writes an encoder.
     *
     * @param target a new or an empty folder; those above it are made
     * @param model weights and batch-norm statistics; stays the caller's
     * @param originJson where it is from
     * @param version of the program
     * @throws CheckpointException if something lies there, or it cannot be written; nothing is left then
     */
    public static void write(Path target, EncoderInfo encoder, StateDict model, byte[] originJson, String version) {
        requireFree(target);
        Path absolute = target.toAbsolutePath().normalize();
        Path unfinished = absolute.resolveSibling("." + absolute.getFileName() + ".unfinished");
        try {
            Files.createDirectories(absolute.getParent());
            FileTree.delete(unfinished);
            Files.createDirectory(unfinished);
            try {
                CheckpointFiles.write(unfinished, encoder, model, originJson, version);
                Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE);
            } catch (Throwable e) {
                clearUp(unfinished, e);
                throw e;
            }
            AtomicFile.syncDirectory(absolute.getParent());
        } catch (IOException e) {
            throw new CheckpointException(
                    target + ": cannot be written: " + CheckpointException.reason(e)
                            + ". Is the disk full or read-only?",
                    e);
        }
    }

    private static void clearUp(Path unfinished, Throwable why) {
        try {
            FileTree.delete(unfinished);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> inside = Files.list(directory)) {
            return inside.findAny().isEmpty();
        }
    }
}
