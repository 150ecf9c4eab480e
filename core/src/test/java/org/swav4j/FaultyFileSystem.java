package org.swav4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The machine's own file system, of which one operation fails: for tests of what is left then. Operations that change
 * something are counted from 1: opening for write, each write, force, move, delete, and making a folder or link. A write
 * that fails has written half of its bytes.
 */
public final class FaultyFileSystem extends FileSystem {
    /** What an operation fails with. */
    public static final String DISK_FULL = "No space left on device";

    /** How operations fail. */
    public enum Fault {
        /** One operation of whatever kind. */
        ONCE,
        /** From then on nothing can be added; deleting, which gives space, and forcing still work. */
        DISK_FULL,
        /** From then on nothing can be changed, as when a system goes over to read-only. */
        NOTHING_CHANGES,
        /** The process ends by a {@link PowerCut}, and what was not forced to the disk is lost by half. */
        POWER_CUT
    }

    /** Ends what runs on this file system; nothing that is caught can be cleaned up after it. */
    public static final class PowerCut extends Error {
        private static final long serialVersionUID = 1L;

        PowerCut() {
            super("power cut");
        }
    }

    /** Kinds of operations, as faults tell them apart. */
    enum Operation {
        ADD,
        FORCE,
        DELETE
    }

    private final FileSystem real = FileSystems.getDefault();
    private final FaultyProvider provider = new FaultyProvider(this);
    private final Fault fault;
    private final long failing;
    private final Set<Path> unforced = new HashSet<>();
    private long operations;
    private boolean failed;

    private FaultyFileSystem(Fault fault, long failing) {
        this.fault = fault;
        this.failing = failing;
    }

    /** A file system whose operation number {@code failing} is the first to fail. */
    public static FaultyFileSystem failingAt(Fault fault, long failing) {
        return new FaultyFileSystem(fault, failing);
    }

    /** The same place, on this file system. */
    public Path at(Path place) {
        return new FaultyPath(this, place);
    }

    /** Whether there were so many operations that one failed. */
    public synchronized boolean hasFailed() {
        return failed;
    }

    /** Operations so far, the failed ones among them. */
    public synchronized long operations() {
        return operations;
    }

    /** Counts an operation on a real path. */
    void change(Operation operation, Path place) throws IOException {
        if (fails(operation)) {
            throw failure(place);
        }
    }

    /** Counts an operation; the caller throws {@link #failure} if it has to fail. */
    synchronized boolean fails(Operation operation) {
        operations++;
        if (operations < failing) {
            return false;
        }
        boolean fails = operations == failing
                || switch (fault) {
                    case ONCE -> false;
                    case DISK_FULL -> operation == Operation.ADD;
                    case NOTHING_CHANGES, POWER_CUT -> true;
                };
        failed |= fails;
        return fails;
    }

    synchronized FileSystemException failure(Path place) {
        if (fault == Fault.POWER_CUT) {
            losePartOfWhatWasNotForced();
            throw new PowerCut();
        }
        return new FileSystemException(place.toString(), null, DISK_FULL);
    }

    synchronized void written(Path file) {
        unforced.add(file.toAbsolutePath());
    }

    synchronized void forced(Path file) {
        unforced.remove(file.toAbsolutePath());
    }

    synchronized void moved(Path from, Path to) {
        Path source = from.toAbsolutePath();
        for (Path file : List.copyOf(unforced)) {
            if (file.startsWith(source)) {
                unforced.remove(file);
                Path rest = source.relativize(file);
                unforced.add(
                        rest.toString().isEmpty()
                                ? to.toAbsolutePath()
                                : to.toAbsolutePath().resolve(rest));
            }
        }
    }

    private void losePartOfWhatWasNotForced() {
        for (Path file : unforced) {
            if (Files.isRegularFile(file)) {
                try (var channel = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(channel.size() / 2);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        unforced.clear();
    }

    @Override
    public FaultyProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return real.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return StreamSupport.stream(real.getRootDirectories().spliterator(), false)
                .map(this::at)
                .toList();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return real.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return real.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return at(real.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        PathMatcher matcher = real.getPathMatcher(pattern);
        return path -> matcher.matches(FaultyPath.real(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return real.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}
