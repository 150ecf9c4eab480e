package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

class CheckpointDirectoryTest {
    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void place() {
        root = temporary.resolve("run/checkpoints");
    }

    private static Path save(CheckpointDirectory directory, long step, String config) {
        return save(directory, step, config, null);
    }

    private static Path save(CheckpointDirectory directory, long step, String config, Double knnTop1) {
        try (PointerScope scope = new PointerScope();
                StateDict model = new StateDict();
                StateDict optimizer = new StateDict()) {
            model.add("w", Tensors.gaussian(step, 4, 4));
            return directory.save(
                    new Contents(
                            new Progress(step, 0, 0, 1, "", ""),
                            new EncoderInfo("resnet18", "small", 32),
                            model,
                            optimizer,
                            null,
                            null,
                            config,
                            Lineage.NONE,
                            knnTop1),
                    "0.1.0");
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void keepsTheNewest() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 2);
        assertThat(directory.list()).isEmpty();
        assertThat(directory.newest(e -> {})).isEmpty();
        for (long step : new long[] {9, 10, 100, 1000}) {
            assertThat(save(directory, step, "a: 1")).isDirectory();
        }
        assertThat(names()).containsExactly("latest", "step-000000100", "step-000001000");
        assertThat(directory.list())
                .extracting(p -> p.getFileName().toString())
                .containsExactly("step-000000100", "step-000001000");
        assertThat(root.resolve("latest").toRealPath()).hasFileName("step-000001000");
        assertThat(directory.newest(e -> {}).orElseThrow().progress().step()).isEqualTo(1000);
    }

    @Test
    void savingAStepAgainReplacesIt() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 2);
        save(directory, 5, "a: 1");
        save(directory, 5, "a: 2");
        assertThat(names()).containsExactly("latest", "step-000000005");
        assertThat(directory.newest(e -> {}).orElseThrow().configYaml()).isEqualTo("a: 2");
    }

    @Test
    void newestPassesOverDamagedOnesAndReportsThem() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 3);
        save(directory, 1, "a: 1");
        Path second = save(directory, 2, "a: 1");
        Path third = save(directory, 3, "a: 1");
        Files.delete(third.resolve("manifest.json"));
        byte[] bytes = Files.readAllBytes(second.resolve("model.safetensors"));
        bytes[bytes.length - 1] ^= 1;
        Files.write(second.resolve("model.safetensors"), bytes);
        List<String> reported = new ArrayList<>();
        Checkpoint newest = directory.newest(e -> reported.add(e.getMessage())).orElseThrow();
        assertThat(newest.progress().step()).isEqualTo(1);
        assertThat(reported)
                .containsExactly(
                        third + ": not a checkpoint, there is no manifest.json in it",
                        second.resolve("model.safetensors") + ": damaged: its SHA-256 is not the manifest's");
    }

    @Test
    void saysThatNoneIsWhole() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 3);
        for (long step = 1; step <= 2; step++) {
            Files.delete(save(directory, step, "a: 1").resolve("config.yaml"));
        }
        List<CheckpointException> reported = new ArrayList<>();
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> directory.newest(reported::add))
                .withMessage(root + ": none of the 2 checkpoints is whole; the newest: "
                        + root.resolve("step-000000002/config.yaml") + ": missing");
        assertThat(reported).hasSize(2);
    }

    @Test
    void unfinishedOnesAndStrangersAreNoCheckpoints() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 1);
        Path first = save(directory, 1, "a: 1");
        Files.createDirectory(root.resolve(".unfinished-123"));
        Files.writeString(root.resolve(".unfinished-123/model.safetensors"), "half");
        Files.writeString(root.resolve("step-notes.txt"), "mine");
        Files.createDirectory(root.resolve("old"));
        assertThat(directory.list()).containsExactly(first);
        assertThat(directory.newest(e -> {}).orElseThrow().directory()).isEqualTo(first);
        save(directory, 2, "a: 1");
        assertThat(names()).contains("old", "step-000000002", "step-notes.txt").doesNotContain("step-000000001");
    }

    @Test
    void theRemainsOfAnEarlierSaveDoNotHinder() throws IOException {
        for (String remains : List.of(".unfinished", ".unfinished-4711")) {
            Files.createDirectories(root.resolve(remains).resolve("deep"));
            Files.writeString(root.resolve(remains).resolve("deep/queue.safetensors"), "half");
        }
        save(new CheckpointDirectory(root, 1), 1, "a: 1");
        assertThat(names()).containsExactly("latest", "step-000000001");
        assertThat(Checkpoint.open(root.resolve("step-000000001")).hasQueue()).isFalse();
    }

    /** An unpaired surrogate has no UTF-8, so the save fails after the tensors were written. */
    @Test
    void aSaveThatFailsLeavesTheEarlierOnesAndNothingElse() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 1);
        Path first = save(directory, 1, "a: 1");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> save(directory, 2, "a: \ud800"))
                .withMessageStartingWith(root.resolve("step-000000002") + ": cannot be written: ");
        assertThat(names()).containsExactly("latest", "step-000000001");
        assertThat(Checkpoint.open(first).progress().step()).isEqualTo(1);
        save(directory, 3, "a: 1");
        assertThat(names()).containsExactly("latest", "step-000000003");
    }

    @Test
    void aRootThatIsAFileIsNamed() throws IOException {
        Files.createDirectories(root.getParent());
        Files.writeString(root, "a file");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> save(new CheckpointDirectory(root, 1), 1, "a: 1"))
                .withMessageStartingWith(root.resolve("step-000000001") + ": cannot be written: ");
    }

    @Test
    void keepsAtLeastOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckpointDirectory(root, 0))
                .withMessage("keep must be at least 1, not 0");
    }

    @Test
    void theBestIsKeptBesidesTheNewest() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 1);
        assertThat(directory.bestTop1()).isNull();
        save(directory, 1, "a: 1", 0.25);
        save(directory, 2, "a: 1", 0.5);
        save(directory, 3, "a: 1");
        save(directory, 4, "a: 1", 0.375);
        assertThat(names()).containsExactly("best", "latest", "step-000000002", "step-000000004");
        assertThat(directory.bestTop1()).isEqualTo(0.5);
        assertThat(Checkpoint.find(root.resolve("best")).directory()).isEqualTo(root.resolve("step-000000002"));
        assertThat(Checkpoint.find(root.resolve("latest")).directory()).isEqualTo(root.resolve("step-000000004"));
        save(directory, 5, "a: 1", 0.5);
        assertThat(names()).as("of equal ones the newest").containsExactly("best", "latest", "step-000000005");
    }

    /** Systems without symbolic links get a file with the name. */
    @Test
    void aPointerMayBeAFile() throws IOException {
        Path first = save(new CheckpointDirectory(root, 1), 1, "a: 1");
        Files.delete(root.resolve("latest"));
        Files.writeString(root.resolve("latest"), "step-000000001\n");
        assertThat(Checkpoint.find(root.resolve("latest")).directory()).isEqualTo(first);
        save(new CheckpointDirectory(root, 1), 2, "a: 1");
        assertThat(root.resolve("latest").toRealPath()).hasFileName("step-000000002");
    }

    @Test
    void recoveringSetsDamagedOnesAsideAndKeepsThem() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 3);
        save(directory, 1, "a: 1");
        Path second = save(directory, 2, "a: 1");
        Path third = save(directory, 3, "a: 1");
        Files.delete(third.resolve("config.yaml"));
        Files.writeString(second.resolve("manifest.json"), "{");
        Files.createDirectory(root.resolve("damaged-step-000000002"));
        Files.createDirectory(root.resolve(".unfinished"));
        List<String> told = new ArrayList<>();
        assertThat(directory.recover(told::add).orElseThrow().progress().step()).isEqualTo(1);
        assertThat(told)
                .containsExactly(
                        third.resolve("config.yaml") + ": missing; set aside as damaged-step-000000003",
                        second.resolve("manifest.json")
                                + ": damaged: its SHA-256 is not the one in manifest.json.sha256; set aside as"
                                + " damaged-step-000000002-2");
        assertThat(names())
                .containsExactly(
                        "damaged-step-000000002",
                        "damaged-step-000000002-2",
                        "damaged-step-000000003",
                        "latest",
                        "step-000000001");
        assertThat(root.resolve("latest").toRealPath()).hasFileName("step-000000001");
        assertThat(directory.damaged()).hasSize(3);
        save(directory, 2, "a: 1");
        assertThat(directory.recover(told::add).orElseThrow().progress().step()).isEqualTo(2);
    }

    @Test
    void whereNoneIsWholeNothingIsSetAside() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 3);
        Files.delete(save(directory, 1, "a: 1").resolve("config.yaml"));
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> directory.recover(told -> {}))
                .withMessage(root + ": the only checkpoint is not whole: " + root.resolve("step-000000001/config.yaml")
                        + ": missing");
        assertThat(names()).containsExactly("latest", "step-000000001");
    }

    @Test
    void aNewerVersionsCheckpointIsNeitherPassedOverNorSetAside() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 3);
        save(directory, 1, "a: 1");
        Path manifest = save(directory, 2, "a: 1").resolve("manifest.json");
        byte[] newer = Files.readString(manifest)
                .replace("\"format\" : 2", "\"format\" : 17")
                .getBytes();
        Files.write(manifest, newer);
        Files.write(manifest.resolveSibling("manifest.json.sha256"), Manifest.sumLine(newer));
        for (Runnable read : List.<Runnable>of(() -> directory.newest(e -> {}), () -> directory.recover(told -> {}))) {
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(read::run)
                    .withMessageEndingWith(
                            "written in checkpoint format 17; this version of swav4j reads up to 2. Use a newer swav4j");
        }
        assertThat(names()).containsExactly("latest", "step-000000001", "step-000000002");
    }

    /** As if the process had ended between the two renames of a save that replaces. */
    @Test
    void whatWasToBeReplacedIsBackAfterACrash() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 3);
        Path first = save(directory, 1, "a: 1");
        Files.move(first, root.resolve(".replaced-step-000000001"));
        assertThat(directory.newest(e -> {})).isEmpty();
        assertThat(directory.recover(told -> {}).orElseThrow().directory()).isEqualTo(first);
        assertThat(names()).containsExactly("latest", "step-000000001");
        save(directory, 2, "a: 1");
        Files.createDirectory(root.resolve(".replaced-step-000000002"));
        directory.recover(told -> {});
        assertThat(names()).containsExactly("latest", "step-000000001", "step-000000002");
    }

    @Test
    void aCheckpointUnderAnotherStepsNameIsDamaged() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 3);
        Path first = save(directory, 1, "a: 1");
        Path second = save(directory, 2, "a: 1");
        Path moved = Files.move(second, root.resolve("step-000000003"));
        List<String> reported = new ArrayList<>();
        assertThat(directory
                        .newest(e -> reported.add(e.getMessage()))
                        .orElseThrow()
                        .directory())
                .isEqualTo(first);
        assertThat(reported).containsExactly(moved + ": holds the state of another step, step-000000002");
    }

    @Test
    void pruningKeepsTheNewestAndTheBest() throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(root, 9);
        save(directory, 1, "a: 1");
        save(directory, 2, "a: 1", 0.5);
        for (long step = 3; step <= 6; step++) {
            save(directory, step, "a: 1");
        }
        assertThat(directory.prune(2))
                .extracting(p -> p.getFileName().toString())
                .containsExactly("step-000000001", "step-000000003", "step-000000004");
        assertThat(names()).containsExactly("best", "latest", "step-000000002", "step-000000005", "step-000000006");
    }
}
