package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.swav4j.tensor.StateDict;

/**
 * The checkpoints of one run, {@code step-000001200} and so on. Saving is atomic: a checkpoint is written beside, flushed to
 * disk and renamed, so that whatever carries a checkpoint's name is complete.
 */
public final class CheckpointDirectory {
    private static final String PREFIX = "step-";
    private static final String UNFINISHED = ".unfinished-";

    private final Path root;
    private final int keep;

    /**
     * What to save.
     *
     * @param model weights and batch-norm statistics
     * @param optimizer the optimiser's state
     * @param queue the queue, or null
     * @param configYaml the run's configuration
     */
    public record Contents(
            Progress progress,
            EncoderInfo encoder,
            StateDict model,
            StateDict optimizer,
            StateDict queue,
            String configYaml) {}

    /**
     * @param root the run's directory of checkpoints; made when the first is saved
     * @param keep how many of the newest to keep, at least 1
     */
    public CheckpointDirectory(Path root, int keep) {
        if (keep < 1) {
            throw new IllegalArgumentException("keep must be at least 1, not " + keep);
        }
        this.root = root;
        this.keep = keep;
    }

    /**
     * Saves a checkpoint, then deletes the oldest beyond those to keep.
     *
     * @return its directory
     * @throws CheckpointException if it cannot be written completely; earlier checkpoints are as they were then
     */
    public Path save(Contents contents, String version) {
        Path target = root.resolve(String.format(
                java.util.Locale.ROOT, "%s%09d", PREFIX, contents.progress().step()));
        Path unfinished = root.resolve(UNFINISHED + ProcessHandle.current().pid());
        try {
            Files.createDirectories(root);
            deleteAbandoned();
            Files.createDirectory(unfinished);
            write(unfinished, contents, version);
            delete(target);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            flush(root);
            prune();
            return target;
        } catch (IOException e) {
            try {
                delete(unfinished);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw new CheckpointException(
                    target + ": cannot be written: " + e.getMessage() + ". Is the disk full or read-only?", e);
        }
    }

    /** What this process, or one that is gone, began to save and did not finish. */
    private void deleteAbandoned() throws IOException {
        for (Path entry : sorted(root)) {
            String name = entry.getFileName().toString();
            if (name.startsWith(UNFINISHED)) {
                String pid = name.substring(UNFINISHED.length());
                boolean alive = pid.matches("\\d{1,10}")
                        && Long.parseLong(pid) != ProcessHandle.current().pid()
                        && ProcessHandle.of(Long.parseLong(pid)).isPresent();
                if (!alive) {
                    delete(entry);
                }
            }
        }
    }

    private static void write(Path directory, Contents contents, String version) throws IOException {
        TensorFile.write(directory.resolve(Checkpoint.MODEL), contents.model());
        TensorFile.write(directory.resolve(Checkpoint.OPTIMIZER), contents.optimizer());
        if (contents.queue() != null) {
            TensorFile.write(directory.resolve(Checkpoint.QUEUE), contents.queue());
        }
        Files.writeString(directory.resolve(Checkpoint.CONFIG), contents.configYaml());
        Map<String, Checkpoint.FileEntry> files = new LinkedHashMap<>();
        for (Path file : sorted(directory)) {
            flush(file);
            files.put(
                    file.getFileName().toString(), new Checkpoint.FileEntry(Files.size(file), Checkpoint.sha256(file)));
        }
        Checkpoint.Manifest manifest =
                new Checkpoint.Manifest(Checkpoint.FORMAT, version, contents.progress(), contents.encoder(), files);
        Path file = directory.resolve(Checkpoint.MANIFEST);
        Files.write(file, Checkpoint.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
        flush(file);
        flush(directory);
    }

    /** Forces a file, or a directory's entries, to disk; some systems cannot do the latter and need not. */
    private static void flush(Path path) throws IOException {
        boolean directory = Files.isDirectory(path);
        try (FileChannel channel =
                FileChannel.open(path, directory ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            if (!directory) {
                throw e;
            }
        }
    }

    private void prune() throws IOException {
        List<Path> all = list();
        for (int i = 0; i < all.size() - keep; i++) {
            delete(all.get(i));
        }
    }

    /** The run's checkpoints, oldest first. */
    public List<Path> list() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try {
            return sorted(root).stream()
                    .filter(p -> p.getFileName().toString().startsWith(PREFIX) && Files.isDirectory(p))
                    .toList();
        } catch (IOException e) {
            throw new CheckpointException(root + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    /**
     * The newest checkpoint that is whole.
     *
     * @param damaged told of every newer one that is not
     * @return empty if there is no checkpoint at all
     * @throws CheckpointException if there are some, but none is whole
     */
    public Optional<Checkpoint> newest(java.util.function.Consumer<CheckpointException> damaged) {
        List<Path> all = new ArrayList<>(list());
        CheckpointException last = null;
        for (int i = all.size() - 1; i >= 0; i--) {
            try {
                return Optional.of(Checkpoint.open(all.get(i)));
            } catch (CheckpointException e) {
                damaged.accept(e);
                last = e;
            }
        }
        if (last != null) {
            throw new CheckpointException(root + ": none of the " + all.size() + " checkpoints is whole", last);
        }
        return Optional.empty();
    }

    private static List<Path> sorted(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> inside = Files.walk(path)) {
            for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
