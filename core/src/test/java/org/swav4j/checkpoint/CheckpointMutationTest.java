package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever becomes of the newest of two checkpoints: what is read is it as it was, or the one before, never another state. */
class CheckpointMutationTest {
    private static final int ROUNDS = 2_000;
    private static final int LONGEST_MESSAGE = 1_000;

    @TempDir
    private Path folder;

    private Path root;
    private SmallState older;
    private SmallState newer;

    private enum Outcome {
        NEWEST,
        OLDER,
        NONE
    }

    @BeforeEach
    void save() {
        root = folder.resolve("checkpoints");
        older = new SmallState(10);
        newer = new SmallState(20);
        older.saveTo(root, 2);
        newer.saveTo(root, 2);
    }

    @AfterEach
    void close() {
        older.close();
        newer.close();
    }

    @Test
    void mutationsNeverMakeAnotherState() throws IOException {
        Snapshot snapshot = Snapshot.take(root, folder.resolve("aside"));
        Random random = new Random(20_26);
        CheckpointMutations mutations = new CheckpointMutations(root, snapshot, random);
        Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
        List<String> wrong = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            snapshot.restore();
            CheckpointMutations.Mutation mutation = mutations.next();
            try {
                Outcome outcome = outcome();
                outcomes.merge(outcome, 1, Integer::sum);
                if (outcome == Outcome.NONE) {
                    assertThat(mutation.ofBoth()).isTrue();
                }
            } catch (Throwable e) {
                wrong.add(mutation.what() + ": "
                        + String.valueOf(e).lines().limit(8).toList());
            }
        }
        assertThat(wrong).as("%d of %d", wrong.size(), ROUNDS).isEmpty();
        System.out.println(ROUNDS + " mutations of a checkpoint: " + outcomes);
        assertThat(outcomes.get(Outcome.OLDER)).isGreaterThan(ROUNDS * 6 / 10);
        // an equal file, a link to an equal one, a byte changed to what it was, a stranger beside it
        assertThat(outcomes.get(Outcome.NEWEST)).isBetween(ROUNDS / 100, ROUNDS * 3 / 10);
        assertThat(outcomes.get(Outcome.NONE)).isBetween(ROUNDS / 100, ROUNDS * 2 / 10);
    }

    private Outcome outcome() {
        List<CheckpointException> reports = new ArrayList<>();
        Optional<Checkpoint> found;
        try {
            found = new CheckpointDirectory(root, 2).newest(reports::add);
        } catch (CheckpointException none) {
            reports.forEach(this::requireClear);
            requireClear(none);
            return Outcome.NONE;
        }
        reports.forEach(this::requireClear);
        Checkpoint checkpoint = found.orElseThrow();
        if (checkpoint.progress().step() == newer.step()) {
            newer.requireIn(checkpoint);
            return Outcome.NEWEST;
        }
        older.requireIn(checkpoint);
        assertThat(reports).as("the damage is told").isNotEmpty();
        return Outcome.OLDER;
    }

    private void requireClear(CheckpointException report) {
        assertThat(report.getMessage().lines()).hasSize(1);
        assertThat(report.getMessage()).startsWith(root.toString()).hasSizeLessThan(LONGEST_MESSAGE);
    }
}
