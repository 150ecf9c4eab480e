package org.swav4j.dataset.pack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.swav4j.data.DataException;

/** The folder that is packed into, held by one process at a time. */
final class PackFolder implements AutoCloseable {
    private static final String LOCK = ".pack.lock";
    /** What a killed process may have left: the names that {@code AtomicFile} and {@code Quarantine} write under. */
    private static final Pattern LEFTOVER = Pattern.compile(
            "\\.(pack\\.json|classes\\.txt|shard-\\d{6,}\\.tar)\\..*\\.tmp|(quarantine\\.csv|shard-\\d{6,}\\.tar\\.idx\\.jsonl)\\.tmp");

    private final Path path;
    private final FileChannel lock;

    private PackFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes the folder where there is none, and takes hold of it. What a killed process left half-written is removed.
     *
     * @throws DataException if it holds something else, or another process packs into it
     */
    static PackFolder open(Path path) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new DataException(path + ": is a file; give a folder to write the shards to");
        }
        Files.createDirectories(path);
        if (!Files.exists(path.resolve(PackRecord.FILE))) {
            requireEmpty(path);
        }
        PackFolder folder = new PackFolder(path, lock(path));
        try {
            folder.removeLeftovers();
            return folder;
        } catch (Throwable e) {
            folder.close();
            throw e;
        }
    }

    private static void requireEmpty(Path path) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.equals(LOCK) && !LEFTOVER.matcher(name).matches()) {
                    throw new DataException(path + ": is not empty (" + name + ") and holds no " + PackRecord.FILE
                            + "; give a new folder for the shards");
                }
            }
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held by this process
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new DataException(path + ": another process is packing into it; wait for it to end");
    }

    private void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                if (LEFTOVER.matcher(entry.getFileName().toString()).matches()) {
                    Files.deleteIfExists(entry);
                }
            }
        }
    }

    Path path() {
        return path;
    }

    /** The lock's file goes before the lock does, so that nobody waits for a file that vanishes. */
    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(path.resolve(LOCK));
        } finally {
            lock.close();
        }
    }
}
