package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.swav4j.format.Sha256;

/**
 * What came of reading every byte of a checkpoint.
 *
 * @param bytes how many were read and added up
 * @param problems all that is wrong, each beginning with the path; empty if the checkpoint is whole
 */
public record Verification(Path directory, long bytes, List<String> problems) {
    /** Copies the problems. */
    public Verification {
        problems = List.copyOf(problems);
    }

    /**
     * Verifies one checkpoint: every file, whether its name fits its step, and whose it is.
     *
     * @param run identity of the run that it must belong to, where it names one; empty if any will do
     */
    public static Verification of(Path directory, String run) {
        Manifest manifest;
        try {
            manifest = Manifest.read(directory);
        } catch (CheckpointException e) {
            return new Verification(directory, 0, List.of(e.getMessage()));
        }
        List<String> problems = problems(directory, manifest, true);
        if (manifest.progress() != null && CheckpointDirectory.isCheckpointName(directory)) {
            long step = manifest.progress().step();
            if (CheckpointDirectory.step(directory) != step) {
                problems.add(directory + ": holds the state of another step, " + CheckpointDirectory.name(step));
            }
        }
        String owner = Summary.of(manifest).lineage().run();
        if (!run.isEmpty() && !owner.isEmpty() && !owner.equals(run)) {
            problems.add(directory + ": belongs to another run, " + owner + ", not to " + run);
        }
        return new Verification(directory, readable(directory, manifest), problems);
    }

    /** Whether nothing is wrong. */
    public boolean isWhole() {
        return problems.isEmpty();
    }

    /** Bytes of the files that are read for their sum: those there that have the right size. */
    private static long readable(Path directory, Manifest manifest) {
        long bytes = 0;
        for (Map.Entry<String, Manifest.FileEntry> each : manifest.files().entrySet()) {
            if (problem(directory.resolve(each.getKey()), each.getValue(), false) == null) {
                bytes += each.getValue().bytes();
            }
        }
        return bytes;
    }

    /**
     * What is wrong with a checkpoint's files.
     *
     * @param sums whether to read them; else only their sizes are looked at
     */
    static List<String> problems(Path directory, Manifest manifest, boolean sums) {
        List<String> problems = new ArrayList<>();
        manifest.files().forEach((name, entry) -> {
            String problem = problem(directory.resolve(name), entry, sums);
            if (problem != null) {
                problems.add(problem);
            }
        });
        List<String> allNeeded = manifest.progress() == null
                ? List.of(Checkpoint.MODEL)
                : List.of(Checkpoint.MODEL, Checkpoint.OPTIMIZER, Checkpoint.CONFIG);
        for (String needed : allNeeded) {
            if (!manifest.files().containsKey(needed)) {
                problems.add(directory + ": the manifest does not list " + needed);
            }
        }
        return problems;
    }

    private static String problem(Path file, Manifest.FileEntry entry, boolean sum) {
        try {
            if (!Files.isRegularFile(file)) {
                return file + ": missing";
            }
            long bytes = Files.size(file);
            if (bytes != entry.bytes()) {
                return file + ": damaged: " + bytes + " bytes, the manifest says " + entry.bytes();
            }
            if (sum && !Sha256.of(file).equals(entry.sha256())) {
                return file + ": damaged: its SHA-256 is not the manifest's";
            }
            return null;
        } catch (IOException e) {
            return file + ": cannot be read: " + CheckpointException.reason(e);
        }
    }
}
