package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.swav4j.format.FileContent;

/**
 * Where a user's path leads: to the checkpoints of a run, or to one of them.
 *
 * @param root the directory of checkpoints; it may be missing where a run has saved none
 * @param checkpoint the one that was named, if one was; whole or not
 */
public record CheckpointPlace(Path root, Optional<Path> checkpoint) {
    private static final String CHECKPOINTS = "checkpoints";
    private static final String CONFIG = "config.yaml";

    /**
     * Looks at what lies there, and reads nothing of it.
     *
     * @param named a run directory, its directory of checkpoints, a checkpoint, or the name of one, as {@code best} is
     * @throws CheckpointException if it is none of these
     */
    public static CheckpointPlace find(Path named) {
        Path path = Pointer.follow(named);
        if (Files.isRegularFile(path)) {
            throw new CheckpointException(path + ": " + aboutFile(path));
        }
        if (!Files.isDirectory(path)) {
            boolean leadsNowhere = Files.exists(named, LinkOption.NOFOLLOW_LINKS);
            throw new CheckpointException(
                    leadsNowhere
                            ? named + ": leads to " + path.getFileName() + ", which is not there"
                            : named + ": there is no such run or checkpoint");
        }
        Path place = withName(path);
        if (Files.exists(place.resolve(Manifest.FILE)) || CheckpointDirectory.isCheckpointName(place)) {
            Path parent = place.getParent();
            return new CheckpointPlace(parent != null ? parent : Path.of("."), Optional.of(place));
        }
        if (Files.isDirectory(place.resolve(CHECKPOINTS))) {
            return new CheckpointPlace(place.resolve(CHECKPOINTS), Optional.empty());
        }
        CheckpointDirectory itself = new CheckpointDirectory(place, 1);
        if (place.endsWith(CHECKPOINTS)
                || !itself.list().isEmpty()
                || !itself.damaged().isEmpty()) {
            return new CheckpointPlace(place, Optional.empty());
        }
        if (Files.exists(place.resolve(CONFIG))) {
            return new CheckpointPlace(place.resolve(CHECKPOINTS), Optional.empty());
        }
        throw new CheckpointException(place + ": neither a run that has saved a checkpoint yet, nor a checkpoint");
    }

    /** What to do with a file: one that another program saved has to be imported. */
    private static String aboutFile(Path file) {
        Optional<String> kind;
        try {
            kind = FileContent.describe(file);
        } catch (IOException e) {
            kind = Optional.empty();
        }
        String rule = "a run and a checkpoint of swav4j are folders";
        if (kind.isPresent()) {
            return kind.get() + "; " + rule;
        }
        String stem = file.getFileName().toString().replaceFirst("\\.(pth\\.tar|pth|pt|ckpt|bin|safetensors)$", "");
        return "is a file; " + rule + ". Of a file of PyTorch's or a .safetensors, make one by: swav import "
                + quoted(file) + " --out " + quoted(Path.of(stem + "-encoder"));
    }

    /** As a shell takes it. */
    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** The run directory around it; empty where the checkpoints do not lie in one. */
    public Optional<Path> run() {
        Path around = root.getParent() != null ? root : root.toAbsolutePath().normalize();
        return around.endsWith(CHECKPOINTS) ? Optional.ofNullable(around.getParent()) : Optional.empty();
    }

    /** {@code .} and {@code ..} have no name that says what they are. */
    private static Path withName(Path path) {
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        boolean named = !name.isEmpty() && !name.equals(".") && !name.equals("..");
        return named ? path : path.toAbsolutePath().normalize();
    }
}
