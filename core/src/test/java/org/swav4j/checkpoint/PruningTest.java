package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.tensor.StateDict;

class PruningTest {
    @TempDir
    private Path root;

    @BeforeEach
    void save() {
        for (long step = 1; step <= 4; step++) {
            try (SmallState state = new SmallState(step)) {
                state.saveTo(root, 9);
            }
        }
    }

    private Path step(long step) {
        return root.resolve(CheckpointDirectory.name(step));
    }

    private void damage(long step) throws IOException {
        Files.writeString(step(step).resolve("model.safetensors"), "not as it was");
    }

    private static List<Long> steps(List<CheckpointEntry> entries) {
        return entries.stream()
                .map(e -> CheckpointDirectory.step(e.directory()))
                .toList();
    }

    @Test
    void planningChangesNothingAndCarryingOutDeletesWhatWasPlanned() throws IOException {
        Pruning pruning = Pruning.plan(root, 2, false);
        assertThat(steps(pruning.deleted())).containsExactly(1L, 2L);
        assertThat(steps(pruning.kept())).containsExactly(3L, 4L);
        assertThat(pruning.freedBytes())
                .isEqualTo(pruning.deleted().stream()
                        .mapToLong(CheckpointEntry::bytes)
                        .sum())
                .isPositive();
        assertThat(new CheckpointDirectory(root, 1).list()).hasSize(4);
        pruning.carryOut();
        assertThat(new CheckpointDirectory(root, 1).list()).containsExactly(step(3), step(4));
    }

    @Test
    void theLastWholeOneIsNotDeleted() throws IOException {
        damage(4);
        damage(3);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Pruning.plan(root, 2, false))
                .withMessageContaining("the newest whole one is step-000000002");
        Pruning three = Pruning.plan(root, 3, false);
        assertThat(steps(three.deleted())).containsExactly(1L);
        assertThat(three.problems()).hasSize(2).allMatch(p -> p.contains("damaged"));
        damage(2);
        damage(1);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Pruning.plan(root, 3, false))
                .withMessageContaining("and none of the others either");
    }

    /** The best by k-NN is old and whole, the newest is not: those in between are what a resume would take. */
    @Test
    void theNewestWholeOneOfAllIsNotDeletedForAnOlderOne() throws IOException {
        try (StateDict none = new StateDict()) {
            Progress progress = new Progress(1, 0, 0, 1, "", "");
            EncoderInfo encoder = new EncoderInfo("resnet18", "small", 32);
            new CheckpointDirectory(root, 9)
                    .save(new Contents(progress, encoder, none, none, null, null, "a: 1", Lineage.NONE, 0.9), "0.1.0");
        }
        damage(4);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Pruning.plan(root, 1, false))
                .withMessage(root + ": nothing was deleted: of the checkpoints to keep the newest whole one is"
                        + " step-000000001, but the newest whole one is step-000000003; keep more, so that it stays");
        assertThat(steps(Pruning.plan(root, 2, false).deleted())).containsExactly(2L);
    }

    @Test
    void whatIsSetAsideGoesOnlyWhenAskedAndIsNoReasonToDeleteTheRest() throws IOException {
        Files.move(step(4), root.resolve("damaged-step-000000004"));
        assertThat(steps(Pruning.plan(root, 3, false).deleted())).isEmpty();
        Pruning asked = Pruning.plan(root, 3, true);
        assertThat(steps(asked.deleted())).containsExactly(4L);
        damage(1);
        damage(2);
        damage(3);
        assertThatExceptionOfType(CheckpointException.class)
                .as("though the one set aside would be whole")
                .isThrownBy(() -> Pruning.plan(root, 3, true));
    }

    @Test
    void entriesAreSeenByTheirManifestAndSizes() throws IOException {
        damage(3);
        Files.write(step(2).resolve("manifest.json"), new byte[] {'{'});
        Files.move(step(1), root.resolve("damaged-step-000000001"));
        assertThat(new CheckpointDirectory(root, 1).entries())
                .extracting(CheckpointEntry::state)
                .containsExactly(
                        CheckpointEntry.State.SET_ASIDE,
                        CheckpointEntry.State.DAMAGED,
                        CheckpointEntry.State.DAMAGED,
                        CheckpointEntry.State.SOUND);
    }

    @Test
    void theInventoryCountsByPart() {
        Inventory inventory = Checkpoint.open(step(4)).inventory();
        assertThat(inventory.trunkParameters()).isEqualTo(6);
        assertThat(inventory.parameters()).isEqualTo(6);
        assertThat(inventory.statistics()).isEqualTo(1);
        assertThat(inventory.optimizerSlots()).containsOnly(Map.entry("momentum", 6L));
        assertThat(inventory.queueCrops()).isEqualTo(1);
        assertThat(inventory.queueLength()).isEqualTo(4);
    }
}
