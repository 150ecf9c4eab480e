package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which checkpoints to delete. Whoever plans and carries out must be the only one to change them.
 *
 * @param kept those that stay
 * @param deleted those to delete, in the order of their steps
 * @param problems what was found to be wrong with those that stay; only the newest are verified, up to the first whole one
 */
public record Pruning(Path root, List<CheckpointEntry> kept, List<CheckpointEntry> deleted, List<String> problems) {
    /** Copies the lists. */
    public Pruning {
        kept = List.copyOf(kept);
        deleted = List.copyOf(deleted);
        problems = List.copyOf(problems);
    }

    /**
     * Keeps the newest few and the best by k-NN. Changes nothing.
     *
     * @param root the directory of checkpoints
     * @param newest how many of the newest to keep, at least 1
     * @param damaged whether to delete those that were set aside, too
     * @throws CheckpointException if none of those to keep is whole, or a newer version wrote one
     */
    public static Pruning plan(Path root, int newest, boolean damaged) {
        CheckpointDirectory directory = new CheckpointDirectory(root, newest);
        List<Path> superfluous = directory.superfluous(newest);
        List<CheckpointEntry> kept = new ArrayList<>();
        List<CheckpointEntry> deleted = new ArrayList<>();
        for (CheckpointEntry entry : directory.entries()) {
            if (entry.state() == CheckpointEntry.State.NEWER) {
                throw new CheckpointException(entry.problem().orElseThrow());
            }
            boolean setAside = entry.state() == CheckpointEntry.State.SET_ASIDE;
            boolean goes = setAside ? damaged : superfluous.contains(entry.directory());
            (goes ? deleted : kept).add(entry);
        }
        List<String> problems = deleted.isEmpty() ? List.of() : requireWhole(root, directory, kept, deleted);
        return new Pruning(root, kept, deleted, problems);
    }

    /** What is wrong with the newest of those kept, up to the first whole one. */
    private static List<String> requireWhole(
            Path root, CheckpointDirectory directory, List<CheckpointEntry> kept, List<CheckpointEntry> deleted) {
        List<String> problems = new ArrayList<>();
        Path newestKept = newestWhole(directory, kept, problems);
        List<CheckpointEntry> newer = deleted.stream()
                .filter(e -> newestKept == null
                        || CheckpointDirectory.step(e.directory()) > CheckpointDirectory.step(newestKept))
                .toList();
        Path lost = newestWhole(directory, newer, new ArrayList<>());
        if (newestKept != null && lost == null) {
            return problems;
        }
        String whole = newestKept == null
                ? "none of the checkpoints to keep is whole, "
                : "of the checkpoints to keep the newest whole one is " + newestKept.getFileName() + ", but ";
        String rest = lost == null
                ? "and none of the others either"
                : "the newest whole one is " + lost.getFileName() + "; keep more, so that it stays";
        throw new CheckpointException(root + ": nothing was deleted: " + whole + rest);
    }

    private static Path newestWhole(CheckpointDirectory directory, List<CheckpointEntry> among, List<String> problems) {
        for (int i = among.size() - 1; i >= 0; i--) {
            CheckpointEntry each = among.get(i);
            if (each.state() == CheckpointEntry.State.SET_ASIDE) {
                continue;
            }
            try {
                return directory.open(each.directory()).directory();
            } catch (CheckpointException e) {
                problems.add(e.getMessage());
            }
        }
        return null;
    }

    /** Deletes them. */
    public void carryOut() throws IOException {
        new CheckpointDirectory(root, 1).pointToBest();
        for (CheckpointEntry each : deleted) {
            CheckpointDirectory.delete(each.directory());
        }
    }

    /** What they take on disk. */
    public long freedBytes() {
        return deleted.stream().mapToLong(CheckpointEntry::bytes).sum();
    }
}
