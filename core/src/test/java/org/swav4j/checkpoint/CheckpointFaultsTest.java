package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.FaultyFileSystem;
import org.swav4j.FaultyFileSystem.Fault;
import org.swav4j.FaultyFileSystem.PowerCut;

/** Every single operation of a save fails in turn: whole checkpoints stay whole, and the next save works. */
class CheckpointFaultsTest {
    /** More operations than a save of so few tensors takes; a test that reached it would prove nothing. */
    private static final int FAR_TOO_MANY = 2_000;

    @TempDir
    private Path folder;

    private SmallState first;
    private SmallState second;
    private SmallState third;
    private SmallState fourth;

    @BeforeEach
    void makeStates() {
        first = new SmallState(10);
        second = new SmallState(20);
        third = new SmallState(30);
        fourth = new SmallState(40);
    }

    @AfterEach
    void closeStates() {
        Stream.of(first, second, third, fourth).forEach(SmallState::close);
    }

    @ParameterizedTest
    @CsvSource({"ONCE, 1", "ONCE, 2", "DISK_FULL, 1", "NOTHING_CHANGES, 2", "POWER_CUT, 1", "POWER_CUT, 2"})
    void aNewStepLosesNothing(Fault fault, int keep) throws IOException {
        int failures = 0;
        int published = 0;
        for (int n = 1; n < FAR_TOO_MANY; n++) {
            Path root = folder.resolve(Integer.toString(n));
            first.saveTo(root, 2);
            second.saveTo(root, 2);
            FaultyFileSystem system = FaultyFileSystem.failingAt(fault, n);
            boolean ended = save(system, third, root, keep);
            if (!system.hasFailed()) {
                third.requireNewestOf(root);
                break;
            }
            failures++;
            published += requireOneOf(root, List.of(second, third)) == third ? 1 : 0;
            if (!ended && keep == 2 && newestStep(root) == second.step()) {
                first.requireWhole(root.resolve("step-000000010"));
            }
            requireHealthyAfterwards(root, keep);
        }
        assertThat(failures).as("operations that failed").isBetween(20, FAR_TOO_MANY - 2);
        // at least what follows the renaming: forcing the folder, pruning
        assertThat(published).as("failures after publication").isBetween(1, failures / 2);
    }

    /** A run that resumes and stops at once saves the step that it began from. */
    @ParameterizedTest
    @CsvSource({"ONCE", "DISK_FULL", "NOTHING_CHANGES", "POWER_CUT"})
    void aStepSavedAgainIsNeverMissing(Fault fault) throws IOException {
        for (int n = 1; n < FAR_TOO_MANY; n++) {
            Path root = folder.resolve(Integer.toString(n));
            third.saveTo(root, 1);
            FaultyFileSystem system = FaultyFileSystem.failingAt(fault, n);
            save(system, third, root, 1);
            third.requireIn(
                    new CheckpointDirectory(root, 1).recover(setAside -> {}).orElseThrow());
            if (!system.hasFailed()) {
                return;
            }
            requireHealthyAfterwards(root, 1);
        }
        throw new AssertionError("every save failed");
    }

    /** Returns whether it ended as a success. */
    private static boolean save(FaultyFileSystem system, SmallState state, Path root, int keep) {
        try {
            state.saveTo(system.at(root), keep);
            return true;
        } catch (PowerCut e) {
            return false;
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains(root.toString(), FaultyFileSystem.DISK_FULL);
            assertThat(e.getMessage().lines()).hasSize(1);
            return false;
        }
    }

    /** Which of the states the newest whole checkpoint is. */
    private static SmallState requireOneOf(Path root, List<SmallState> states) {
        long step = newestStep(root);
        SmallState found =
                states.stream().filter(s -> s.step() == step).findFirst().orElseThrow();
        found.requireNewestOf(root);
        return found;
    }

    private static long newestStep(Path root) {
        return new CheckpointDirectory(root, 1)
                .newest(damaged -> {})
                .orElseThrow()
                .progress()
                .step();
    }

    private void requireHealthyAfterwards(Path root, int keep) throws IOException {
        fourth.saveTo(root, keep);
        fourth.requireNewestOf(root);
        List<Path> left = new CheckpointDirectory(root, keep).list();
        assertThat(left).hasSizeBetween(1, keep);
        List<String> rubbish = new ArrayList<>();
        try (Stream<Path> inside = Files.walk(root)) {
            inside.map(p -> p.getFileName().toString())
                    .filter(name -> name.startsWith(".") || name.contains("damaged"))
                    .forEach(rubbish::add);
        }
        assertThat(rubbish).isEmpty();
    }
}
