package org.swav4j.runlog;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FileTree;

/**
 * Where everything of one run lies:
 *
 * <pre>
 * config.yaml       every setting, resolved
 * provenance.json   what ran where and on what, see {@link Provenance}
 * metrics.jsonl     one JSON object per line, see {@link MetricsLog}
 * tensorboard/      the same scalars as event files
 * quarantine.csv    images that could not be read
 * profile.json.gz   where some steps' time went, for a trace viewer; if it was asked for
 * diverged.csv      images of the batches at which the training diverged; if it did
 * reproduction.json how it compares with the run that it trained again; if it did
 * checkpoints/      one directory per checkpoint
 * eval/             reports of evaluations, see {@code report.ReportFolder}
 * logs/             what each of several processes printed, rank-0.txt and so on; if one started them
 * run.lock          held by the process that trains, see {@link RunLock}
 * </pre>
 */
public final class RunDirectory {
    /** File name of the resolved configuration. */
    public static final String CONFIG = "config.yaml";
    /** File name of the {@link Provenance}. */
    public static final String PROVENANCE = "provenance.json";
    /** File name of the metrics. */
    public static final String METRICS = "metrics.jsonl";
    /** Name of the directory of TensorBoard's event files. */
    public static final String TENSORBOARD = "tensorboard";
    /** File name of the list of unreadable images. */
    public static final String QUARANTINE = "quarantine.csv";
    /** File name of the list of images in batches that could not be learned from. */
    public static final String DIVERGED = "diverged.csv";
    /** File name of the profile. */
    public static final String PROFILE = "profile.json.gz";
    /** File name of the comparison with the run that was trained again. */
    public static final String REPRODUCTION = "reproduction.json";
    /** Name of the directory of checkpoints. */
    public static final String CHECKPOINTS = "checkpoints";

    /** Name of the directory of what several processes printed. */
    public static final String LOGS = "logs";

    /** File name of the {@link RunLock}. */
    public static final String LOCK = "run.lock";

    /** Begins the names of files that only try out whether the directory can be written. */
    private static final String TRIAL = ".writable";

    private final Path path;

    private RunDirectory(Path path) {
        this.path = path;
    }

    /**
     * Makes the directory of a new run, with its parents. An existing directory must be empty, but for what a start leaves
     * that is killed before there is a run. On failure nothing new remains.
     *
     * @throws RunDirectoryException when there is a run already, something else, or no permission to write
     */
    public static RunDirectory create(Path out) throws RunDirectoryException {
        Deque<Path> created = new ArrayDeque<>();
        try {
            if (Files.exists(out)) {
                refuseOccupied(out);
            }
            createMissing(out.toAbsolutePath().normalize(), created);
            createMissing(out.toAbsolutePath().normalize().resolve(TENSORBOARD), created);
            createMissing(out.toAbsolutePath().normalize().resolve(CHECKPOINTS), created);
            // whoever holds the lock may take it for a leftover
            Files.deleteIfExists(Files.writeString(Files.createTempFile(out, TRIAL, null), "yes"));
            return new RunDirectory(out);
        } catch (IOException failure) {
            for (Path directory : created) {
                try {
                    Files.deleteIfExists(directory);
                } catch (IOException e) {
                    failure.addSuppressed(e);
                }
            }
            if (failure instanceof RunDirectoryException explained) {
                throw explained;
            }
            throw new RunDirectoryException(
                    out, "cannot be written: " + reason(failure) + "; give another --out", failure);
        }
    }

    /**
     * The directory of a run that another process makes and writes to, which may lie on another machine.
     *
     * @param path where that process has it
     */
    public static RunDirectory elsewhere(Path path) {
        return new RunDirectory(path);
    }

    /**
     * The directory of an existing run; nothing in it is changed.
     *
     * @throws RunDirectoryException when there is no run
     */
    public static RunDirectory open(Path path) throws RunDirectoryException {
        if (!Files.isDirectory(path)) {
            throw new RunDirectoryException(path, "there is no such directory; give the directory of a run");
        }
        if (!holdsRun(path)) {
            throw new RunDirectoryException(
                    path,
                    "is not a run: it has neither " + CONFIG + " nor " + PROVENANCE + "; give the directory of a run");
        }
        return new RunDirectory(path);
    }

    /** Whether a step was recorded, a checkpoint saved or a divergence noted: something that should not be lost. */
    public boolean hasProgress() {
        try (Stream<Path> saved = Files.isDirectory(checkpoints()) ? Files.list(checkpoints()) : Stream.empty()) {
            return saved.findAny().isPresent()
                    || Files.exists(diverged())
                    || (Files.exists(metrics()) && Files.size(metrics()) > 0);
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether both configuration and provenance are there; a run that is killed as it begins may lack the latter. */
    public boolean isComplete() {
        return Files.isRegularFile(config()) && Files.isRegularFile(provenance());
    }

    /**
     * Deletes what a run writes, and the directory if nothing else is in it. To be called by the holder of the
     * {@link RunLock}. Killed at any moment, it leaves a run or what a new one may take over.
     */
    public void discard() throws IOException {
        // what makes this a run goes last
        for (Path each : new Path[] {
            logs(path),
            checkpoints(),
            tensorboard(),
            metrics(),
            quarantine(),
            diverged(),
            profile(),
            reproduction(),
            provenance(),
            config()
        }) {
            FileTree.delete(each);
        }
        removeLeftovers();
        FileTree.delete(lock());
        if (isEmptyDirectory(path)) {
            Files.delete(path);
        }
    }

    /**
     * Deletes temporary files that a killed process left in the directory itself. To be called by the holder of the
     * {@link RunLock}, as nobody else may be writing one.
     */
    public void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, RunDirectory::isTemporary)) {
            for (Path entry : entries) {
                Files.deleteIfExists(entry);
            }
        }
    }

    private static boolean isTemporary(Path entry) {
        String name = entry.getFileName().toString();
        boolean trial = name.startsWith(TRIAL) && name.endsWith(".tmp");
        return (trial || AtomicFile.isTemporary(entry)) && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Whether {@link #open} would find a run there. A configuration that a start wrote which was killed before anything else
     * is none: such a start has taken the lock, so that {@code run.lock} lies beside it.
     */
    public static boolean holdsRun(Path path) {
        return Files.isRegularFile(path.resolve(PROVENANCE))
                || Files.isRegularFile(path.resolve(CONFIG)) && !new RunDirectory(path).isCutShort();
    }

    private boolean isCutShort() {
        return Files.isRegularFile(lock()) && !Files.exists(provenance()) && !hasProgress();
    }

    /** The directory itself, as it was given. */
    public Path path() {
        return path;
    }

    /** The resolved configuration. */
    public Path config() {
        return path.resolve(CONFIG);
    }

    /** What {@link Provenance#write} writes. */
    public Path provenance() {
        return path.resolve(PROVENANCE);
    }

    /** What {@link MetricsLog} appends to. */
    public Path metrics() {
        return path.resolve(METRICS);
    }

    /** Directory of event files. */
    public Path tensorboard() {
        return path.resolve(TENSORBOARD);
    }

    /** The list of unreadable images; absent while there are none. */
    public Path quarantine() {
        return path.resolve(QUARANTINE);
    }

    /** The list of images in batches at which the training diverged; absent unless it did. */
    public Path diverged() {
        return path.resolve(DIVERGED);
    }

    /** A trace of some steps; absent unless they were profiled. */
    public Path profile() {
        return path.resolve(PROFILE);
    }

    /** How the run compares with the one that it trained again; absent unless it did. */
    public Path reproduction() {
        return path.resolve(REPRODUCTION);
    }

    /** Directory of checkpoints. */
    public Path checkpoints() {
        return path.resolve(CHECKPOINTS);
    }

    /** Directory of what the processes print that one has started to train a run, which may not be there yet. */
    public static Path logs(Path path) {
        return path.resolve(LOGS);
    }

    /** What {@link RunLock} locks. */
    public Path lock() {
        return path.resolve(LOCK);
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private static void refuseOccupied(Path out) throws IOException {
        if (!Files.isDirectory(out)) {
            throw new RunDirectoryException(out, "is a file; give a new or empty directory as --out");
        }
        if (holdsRun(out)) {
            throw new RunDirectoryException(
                    out, "already holds a run; add --resume to go on with it, or give another --out");
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(out)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                boolean leftover = switch (name) {
                    case TENSORBOARD, CHECKPOINTS -> isEmptyDirectory(entry);
                    // whoever started the processes of a start that came to nothing may write after that is discarded
                    case LOGS -> Files.isDirectory(entry);
                    // there is no run, so a configuration beside the lock is that of a start cut short
                    case LOCK, CONFIG -> Files.isRegularFile(entry);
                    default -> isTemporary(entry);
                };
                if (!leftover) {
                    throw new RunDirectoryException(
                            out,
                            "is not empty (it has '" + name + "') and holds no run;"
                                    + " give a new or empty directory as --out");
                }
            }
        }
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        } catch (NotDirectoryException e) {
            return false;
        }
    }

    /** Like {@link Files#createDirectories}, noting what was created, innermost first. */
    private static void createMissing(Path directory, Deque<Path> created) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        if (directory.getParent() != null) {
            createMissing(directory.getParent(), created);
        }
        Files.createDirectory(directory);
        created.push(directory);
    }

    static String reason(IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof FileAlreadyExistsException taken) {
            return taken.getFile() + " is not a directory";
        }
        if (failure instanceof NoSuchFileException missing) {
            return "nothing can be created at " + missing.getFile();
        }
        if (failure instanceof FileSystemException named) {
            return named.getReason() == null
                    ? named.getClass().getSimpleName() + " " + named.getFile()
                    : named.getReason() + " (" + named.getFile() + ")";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
