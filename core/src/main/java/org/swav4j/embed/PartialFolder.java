package org.swav4j.embed;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.swav4j.data.DataException;
import org.swav4j.data.Quarantine;
import org.swav4j.format.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Embeddings on their way: the folder {@code x.npy.partial} beside their target.
 *
 * <pre>
 * vectors, names   files as far as they were written, and perhaps further
 * progress.json    how far they are known to be good, and of what
 * broken.csv       images left out
 * lock             held by the process that writes
 * part-...         what other ranks have done, see {@link PartFile}
 * </pre>
 *
 * In the end {@code vectors} is renamed to the target and the folder goes. Killed at any moment, what the folder holds is
 * gone on with, or the target is complete.
 */
final class PartialFolder implements AutoCloseable {
    private static final int FORMAT = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PROGRESS = "progress.json";
    /** There while ranks are to stop. */
    static final String STOP = "stop";

    /**
     * @param format version of this record
     * @param job what decides the file's bytes, by name
     * @param next the image to go on with
     */
    record Progress(int format, Map<String, String> job, int next, EmbeddingWriter.State state) {}

    private final Path target;
    private final Path folder;
    private final EmbeddingFormat format;
    private final Map<String, String> job;
    private final FileChannel lockFile;
    private final EmbeddingWriter writer;
    private Progress progress;

    private PartialFolder(Path target, EmbeddingFormat format, Map<String, String> job, Layout layout)
            throws IOException {
        this.target = target;
        this.format = format;
        this.job = new TreeMap<>(job);
        this.folder = of(target);
        refuseExisting();
        Files.createDirectories(folder);
        lockFile = FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        try {
            lock();
            progress = read();
            writer = EmbeddingWriter.open(format, folder, layout, progress.state());
        } catch (Throwable e) {
            lockFile.close();
            throw e;
        }
    }

    /**
     * Begins, or goes on.
     *
     * @throws DataException if the target is there already, another process writes it, or the folder holds something else
     */
    static PartialFolder open(Path target, EmbeddingFormat format, Map<String, String> job, Layout layout)
            throws IOException {
        return new PartialFolder(target.toAbsolutePath(), format, job, layout);
    }

    /** The folder of a target's beginnings. */
    static Path of(Path target) {
        return target.toAbsolutePath().resolveSibling(target.getFileName() + ".partial");
    }

    Path folder() {
        return folder;
    }

    /** Forgets that an earlier call was stopped. */
    void startAgain() throws IOException {
        Files.deleteIfExists(folder.resolve(STOP));
    }

    private void refuseExisting() throws IOException {
        if (Files.exists(target)) {
            boolean killedAfterRenaming =
                    Files.exists(folder.resolve(PROGRESS)) && !Files.exists(folder.resolve(EmbeddingWriter.VECTORS));
            if (killedAfterRenaming) {
                delete();
            }
            throw new DataException(target + ": is there already; delete it, or give another name");
        }
        Path names = format.beside(target, EmbeddingWriter.NAMES);
        if (format == EmbeddingFormat.NPY && Files.exists(names) && !Files.exists(folder)) {
            throw new DataException(names + ": is there already, where the images' names would be written; delete it,"
                    + " or give another name");
        }
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new DataException(target + ": is being written by another process");
        }
    }

    private Progress read() throws IOException {
        Path file = folder.resolve(PROGRESS);
        if (!Files.exists(file)) {
            return new Progress(FORMAT, job, 0, EmbeddingWriter.State.EMPTY);
        }
        Progress found;
        try {
            found = JSON.readValue(Files.readAllBytes(file), Progress.class);
        } catch (JacksonException e) {
            throw new DataException(file + ": is damaged; delete the folder " + folder + " to begin anew", e);
        }
        if (found == null || found.format() != FORMAT || found.job() == null || found.state() == null) {
            throw new DataException(file + ": is not of this version; delete the folder " + folder + " to begin anew");
        }
        String differing = job.entrySet().stream()
                .filter(e -> !e.getValue().equals(found.job().get(e.getKey())))
                .map(e -> e.getKey() + " was " + found.job().get(e.getKey()) + ", now " + e.getValue())
                .collect(Collectors.joining("; "));
        if (!differing.isEmpty()) {
            throw new DataException(folder + ": holds the beginning of something else (" + differing
                    + "); give the command that began it, or delete the folder");
        }
        return found;
    }

    /** The image to go on with. */
    int next() {
        return progress.next();
    }

    /** Rows that are written. */
    long rows() {
        return progress.state().rows();
    }

    Path brokenImages() {
        return folder.resolve("broken.csv");
    }

    /** Appends rows, after which the images before {@code next} are done. */
    void append(Rows rows, int next, Quarantine broken) throws IOException {
        try {
            EmbeddingWriter.State state = rows.size() > 0 ? writer.append(rows) : progress.state();
            flush(broken);
            progress = new Progress(FORMAT, job, next, state);
            AtomicFile.write(folder.resolve(PROGRESS), JSON.writeValueAsBytes(progress));
        } catch (IOException e) {
            throw new IOException(
                    folder + ": cannot be written: " + e.getMessage()
                            + "; the same command goes on once there is room, or delete the folder",
                    e);
        }
    }

    /** Durable before the progress is, which would otherwise be gone on with without the images left out. */
    private void flush(Quarantine broken) throws IOException {
        Path fresh = folder.resolve("broken.new");
        broken.flush(fresh);
        if (!Files.exists(fresh)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, brokenImages(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        AtomicFile.syncDirectory(folder);
    }

    /** Makes the target, and what stands beside it. */
    void finish(Map<String, String> about) throws IOException {
        writer.finish(about);
        writer.close();
        if (format == EmbeddingFormat.NPY) {
            copy(folder.resolve(EmbeddingWriter.NAMES), format.beside(target, EmbeddingWriter.NAMES));
        }
        if (Files.exists(brokenImages())) {
            copy(brokenImages(), format.beside(target, "broken"));
        }
        Files.move(folder.resolve(EmbeddingWriter.VECTORS), target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.syncDirectory(target.getParent());
        lockFile.close();
        delete();
    }

    /** Gives up what was begun. */
    void discard() throws IOException {
        close();
        delete();
    }

    /** A copy, so that all of it can be done again after the process was killed. */
    private static void copy(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ)) {
            AtomicFile.write(to, out -> {
                for (long at = 0; at < in.size(); ) {
                    at += in.transferTo(at, in.size() - at, out);
                }
            });
        }
    }

    private void delete() throws IOException {
        for (String name :
                new String[] {EmbeddingWriter.VECTORS, EmbeddingWriter.NAMES, "broken.csv", "lock", PROGRESS}) {
            Files.deleteIfExists(folder.resolve(name));
        }
        try (var left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    @Override
    public void close() throws IOException {
        try (lockFile) {
            writer.close();
        }
    }
}
