package org.swav4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FileTree;

/**
 * The checkpoints of one run, {@code step-000001200} and so on, with {@code latest} and {@code best} leading to two of them.
 * Saving is atomic: a checkpoint is written beside, flushed to disk and renamed, so that whatever carries a checkpoint's name
 * is complete. Who saves, recovers or prunes must be the only one to do so; reading needs no such care.
 */
public final class CheckpointDirectory {
    /** Leads to the newest checkpoint. */
    public static final String LATEST = "latest";
    /** Leads to the checkpoint with the highest accuracy of k-NN, where that was measured. */
    public static final String BEST = "best";

    private static final Pattern NAME = Pattern.compile("step-\\d{9,19}");
    private static final Pattern DAMAGED = Pattern.compile("damaged-step-\\d{9,19}(-\\d+)?");
    private static final Comparator<Path> BY_STEP =
            Comparator.comparingLong(CheckpointDirectory::step).thenComparing(Path::toString);
    private static final String UNFINISHED = ".unfinished";
    private static final String REPLACED = ".replaced-";

    private final Path root;
    private final int keep;

    /**
     * @param root the run's directory of checkpoints; made when the first is saved
     * @param keep how many of the newest to keep, at least 1; the best one is kept besides
     */
    public CheckpointDirectory(Path root, int keep) {
        if (keep < 1) {
            throw new IllegalArgumentException("keep must be at least 1, not " + keep);
        }
        this.root = root;
        this.keep = keep;
    }

    /** Where the checkpoint of a step is, or would be. */
    public Path place(long step) {
        return root.resolve(name(step));
    }

    /** The name of the checkpoint of a step. */
    public static String name(long step) {
        return String.format(Locale.ROOT, "step-%09d", step);
    }

    /**
     * Saves a checkpoint, then deletes the oldest beyond those to keep.
     *
     * @return its directory
     * @throws CheckpointException if it cannot be written completely; earlier checkpoints are as they were then
     */
    public Path save(Contents contents, String version) {
        Path target = root.resolve(name(contents.progress().step()));
        Path unfinished = root.resolve(UNFINISHED);
        try {
            Files.createDirectories(root);
            clearUp();
            Files.createDirectory(unfinished);
            CheckpointFiles.write(unfinished, contents, version);
            publish(unfinished, target);
            tidy(target);
            return target;
        } catch (IOException e) {
            try {
                clearUp();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw new CheckpointException(
                    target + ": cannot be written: " + CheckpointException.reason(e)
                            + ". Is the disk full or read-only?",
                    e);
        }
    }

    /** What cannot be done now is done after the next save; the new checkpoint is safe, and that is what counts. */
    private void tidy(Path newest) {
        try {
            Pointer.set(root.resolve(LATEST), newest.getFileName().toString());
            prune(keep);
        } catch (IOException | UncheckedIOException | CheckpointException e) {
            // a name that leads to an older one and a checkpoint too many lose nothing
        }
    }

    /** One with the same name gives way; if this process ends in between, {@link #clearUp} brings it back. */
    private void publish(Path unfinished, Path target) throws IOException {
        Path replaced = root.resolve(REPLACED + target.getFileName());
        boolean replaces = exists(target);
        if (replaces) {
            Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.syncDirectory(root);
        if (replaces) {
            FileTree.delete(replaced);
        }
    }

    /** After an end in the middle of {@link #save}: what is not complete goes, what was to be replaced and was not is back. */
    private void clearUp() throws IOException {
        for (Path entry : content()) {
            String name = entry.getFileName().toString();
            if (name.startsWith(UNFINISHED)) {
                FileTree.delete(entry);
            } else if (name.startsWith(REPLACED)) {
                Path target = root.resolve(name.substring(REPLACED.length()));
                if (exists(target)) {
                    FileTree.delete(entry);
                } else {
                    Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
    }

    /**
     * Deletes all checkpoints but the newest few and the best. A name that leads nowhere then is corrected.
     *
     * @param newest how many to keep of the newest
     * @return those deleted
     */
    List<Path> prune(int newest) throws IOException {
        List<Path> deleted = superfluous(newest);
        pointToBest();
        for (Path each : deleted) {
            delete(each);
        }
        return deleted;
    }

    /** All but the newest few and the best, oldest first. */
    List<Path> superfluous(int newest) {
        List<Path> all = list();
        Set<Path> kept = new LinkedHashSet<>(all.subList(Math.max(0, all.size() - newest), all.size()));
        best().ifPresent(kept::add);
        return all.stream().filter(each -> !kept.contains(each)).toList();
    }

    void pointToBest() throws IOException {
        Optional<Path> best = best();
        if (best.isPresent()) {
            Pointer.set(root.resolve(BEST), best.get().getFileName().toString());
        }
    }

    /** The checkpoint with the highest accuracy of k-NN, the newest of several; empty where none was measured. */
    public Optional<Path> best() {
        Path best = null;
        double highest = Double.NEGATIVE_INFINITY;
        for (Path each : list()) {
            Double top1 = top1(each);
            if (top1 != null && top1 >= highest) {
                highest = top1;
                best = each;
            }
        }
        return Optional.ofNullable(best);
    }

    /** The highest accuracy of k-NN of all checkpoints, 0 to 1; null where none was measured. */
    public Double bestTop1() {
        return best().map(CheckpointDirectory::top1).orElse(null);
    }

    private static Double top1(Path checkpoint) {
        try {
            return Manifest.read(checkpoint).knnTop1();
        } catch (CheckpointException e) {
            return null;
        }
    }

    /** The run's checkpoints, oldest first; whole or not. */
    public List<Path> list() {
        return named(NAME);
    }

    /** All checkpoints, those set aside too, as far as their manifests and sizes tell; in the order of their steps. */
    public List<CheckpointEntry> entries() {
        List<Path> setAside = damaged();
        List<Path> all = new ArrayList<>(list());
        all.addAll(setAside);
        all.sort(BY_STEP);
        List<CheckpointEntry> entries = new ArrayList<>();
        try {
            for (Path each : all) {
                entries.add(CheckpointEntry.at(each, setAside.contains(each)));
            }
        } catch (IOException e) {
            throw new CheckpointException(root + ": cannot be listed: " + CheckpointException.reason(e), e);
        }
        entries.removeIf(deleted -> !exists(deleted.directory()));
        return entries;
    }

    /** Whether a directory's name is that of a checkpoint, in its place or set aside. */
    static boolean isCheckpointName(Path directory) {
        String name = directory.getFileName().toString();
        return NAME.matcher(name).matches() || DAMAGED.matcher(name).matches();
    }

    /** What {@link #recover} has set aside, in the order of their steps. */
    public List<Path> damaged() {
        return named(DAMAGED);
    }

    private List<Path> named(Pattern pattern) {
        try {
            return content().stream()
                    .filter(p -> pattern.matcher(p.getFileName().toString()).matches() && Files.isDirectory(p))
                    .sorted(BY_STEP)
                    .toList();
        } catch (IOException e) {
            throw new CheckpointException(root + ": cannot be listed: " + CheckpointException.reason(e), e);
        }
    }

    /** The step in the name of a checkpoint's directory. */
    public static long step(Path checkpoint) {
        String digits = checkpoint.getFileName().toString().replaceFirst("^(damaged-)?step-(\\d+).*", "$2");
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }

    /**
     * The newest checkpoint that is whole. Changes nothing.
     *
     * @param damaged told of every newer one that is not
     * @return empty if there is no checkpoint at all
     * @throws CheckpointException if there are some, but none is whole; or if a newer version wrote the newest whole one
     */
    public Optional<Checkpoint> newest(Consumer<CheckpointException> damaged) {
        List<Path> all = list();
        CheckpointException first = null;
        for (int i = all.size() - 1; i >= 0; i--) {
            try {
                return Optional.of(open(all.get(i)));
            } catch (NewerFormatException e) {
                throw e;
            } catch (CheckpointException e) {
                damaged.accept(e);
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw new CheckpointException(
                    (all.size() == 1
                                    ? root + ": the only checkpoint is not whole: "
                                    : root + ": none of the " + all.size() + " checkpoints is whole; the newest: ")
                            + first.getMessage(),
                    first);
        }
        return Optional.empty();
    }

    /**
     * Opens one of this directory's checkpoints and verifies it, its name included.
     *
     * @throws CheckpointException if it is not whole
     */
    public Checkpoint open(Path checkpoint) {
        Checkpoint opened = Checkpoint.open(checkpoint);
        String name = name(opened.progress().step());
        if (!checkpoint.getFileName().toString().equals(name)) {
            throw new CheckpointException(checkpoint + ": holds the state of another step, " + name);
        }
        return opened;
    }

    /**
     * Puts the directory in order after any end of a run: takes away what an unfinished save left, and sets every damaged
     * checkpoint that is newer than the newest whole one aside under another name, so that the run can write it anew.
     *
     * @param setAside told of every one, with its new place
     * @return the newest whole one; empty if there is none, damaged or not
     * @throws CheckpointException as {@link #newest}; nothing was set aside then
     */
    public Optional<Checkpoint> recover(Consumer<String> setAside) {
        try {
            if (!Files.isDirectory(root)) {
                return Optional.empty();
            }
            clearUp();
            List<CheckpointException> found = new ArrayList<>();
            Optional<Checkpoint> newest = newest(found::add);
            List<Path> all = list();
            for (int i = 0; i < found.size(); i++) {
                Path bad = all.get(all.size() - 1 - i);
                Path aside = free("damaged-" + bad.getFileName());
                Files.move(bad, aside, StandardCopyOption.ATOMIC_MOVE);
                setAside.accept(found.get(i).getMessage() + "; set aside as " + aside.getFileName());
            }
            if (newest.isPresent()) {
                Pointer.set(
                        root.resolve(LATEST),
                        newest.get().directory().getFileName().toString());
            }
            return newest;
        } catch (IOException e) {
            throw new CheckpointException(root + ": cannot be put in order: " + CheckpointException.reason(e), e);
        }
    }

    private Path free(String name) throws FileAlreadyExistsException {
        for (int i = 1; i < 10_000; i++) {
            Path path = root.resolve(i == 1 ? name : name + "-" + i);
            if (!exists(path)) {
                return path;
            }
        }
        throw new FileAlreadyExistsException(root.resolve(name).toString());
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private List<Path> content() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.sorted().toList();
        }
    }

    /**
     * Deletes one of this directory's checkpoints, whole or damaged. It loses its name first, so that an end in the middle
     * leaves nothing that looks like a checkpoint.
     */
    static void delete(Path checkpoint) throws IOException {
        Path nameless = checkpoint.resolveSibling(UNFINISHED + "-deletion-" + checkpoint.getFileName());
        Files.move(checkpoint, nameless, StandardCopyOption.ATOMIC_MOVE);
        FileTree.delete(nameless);
    }
}
