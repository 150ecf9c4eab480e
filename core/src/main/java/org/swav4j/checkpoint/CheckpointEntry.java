package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A checkpoint as it can be seen in no time: by its manifest and the sizes of its files. What their sums say is for
 * {@link Verification}.
 *
 * @param bytes what it takes on disk
 * @param summary empty where the manifest cannot be read
 * @param problem what is wrong as far as can be seen, beginning with the path; empty if nothing is
 */
public record CheckpointEntry(
        Path directory, State state, long bytes, Optional<Summary> summary, Optional<String> problem) {
    /** What a checkpoint seems to be. */
    public enum State {
        /** Nothing wrong can be seen. */
        SOUND,
        /** Set aside as damaged when the run was resumed. */
        SET_ASIDE,
        /** Files are missing or have other sizes, or the manifest cannot be read. */
        DAMAGED,
        /** Of a format that this version does not know. */
        NEWER
    }

    /** Looks at one. */
    static CheckpointEntry at(Path directory, boolean setAside) throws IOException {
        long bytes = bytes(directory);
        State wrong = setAside ? State.SET_ASIDE : State.DAMAGED;
        try {
            Manifest manifest = Manifest.read(directory);
            List<String> problems = Verification.problems(directory, manifest, false);
            return new CheckpointEntry(
                    directory,
                    problems.isEmpty() && !setAside ? State.SOUND : wrong,
                    bytes,
                    Optional.of(Summary.of(manifest)),
                    problems.stream().findFirst());
        } catch (NewerFormatException e) {
            State newer = setAside ? State.SET_ASIDE : State.NEWER;
            return new CheckpointEntry(directory, newer, bytes, Optional.empty(), Optional.of(e.getMessage()));
        } catch (CheckpointException e) {
            return new CheckpointEntry(directory, wrong, bytes, Optional.empty(), Optional.of(e.getMessage()));
        }
    }

    /** A training that goes on may delete files meanwhile. */
    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> inside = Files.list(directory)) {
            long bytes = 0;
            for (Path each : inside.toList()) {
                bytes += Files.size(each);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
