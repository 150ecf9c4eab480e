package org.swav4j.runlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.ChildJvm;
import org.swav4j.format.AtomicFile;

class RunDirectoryTest {
    @TempDir
    Path folder;

    @Test
    void makesTheDirectoryWithItsParents() throws IOException {
        RunDirectory run = RunDirectory.create(folder.resolve("runs/a"));

        assertThat(run.path()).isEqualTo(folder.resolve("runs/a"));
        assertThat(tree()).containsExactly("runs", "runs/a", "runs/a/checkpoints", "runs/a/tensorboard");
        assertThat(run.config()).isEqualTo(folder.resolve("runs/a/config.yaml"));
        assertThat(run.provenance()).isEqualTo(folder.resolve("runs/a/provenance.json"));
        assertThat(run.metrics()).isEqualTo(folder.resolve("runs/a/metrics.jsonl"));
        assertThat(run.quarantine()).isEqualTo(folder.resolve("runs/a/quarantine.csv"));
        assertThat(run.checkpoints()).isEmptyDirectory();
        assertThat(run.tensorboard()).isEmptyDirectory();
    }

    @Test
    void takesAnEmptyDirectoryAndOneThatAnEarlierStartLeft() throws IOException {
        RunDirectory.create(folder);
        RunDirectory.create(folder);

        assertThat(tree()).containsExactly("checkpoints", "tensorboard");
    }

    @Test
    void takesOverWhatAStartLeavesThatIsCutShortAnywhere() throws IOException {
        RunDirectory run = RunDirectory.create(folder);
        List<String> steps = List.of(
                ".writable123.tmp",
                "run.lock",
                ".config.yaml.0a8f1a52-2c66-4f0b-9d7d-111111111111.tmp",
                "config.yaml",
                ".provenance.json.0a8f1a52-2c66-4f0b-9d7d-222222222222.tmp");
        for (String step : steps) {
            Files.writeString(folder.resolve(step), "x");
            assertThat(RunDirectory.holdsRun(folder)).as(step).isFalse();
            assertThatThrownBy(() -> RunDirectory.open(folder)).isInstanceOf(RunDirectoryException.class);
            RunDirectory.create(folder);
        }
        run.removeLeftovers();
        assertThat(tree()).containsExactly("checkpoints", "config.yaml", "run.lock", "tensorboard");
        assertThat(run.isComplete()).isFalse();

        Files.writeString(run.provenance(), "{}");
        assertThat(run.isComplete()).isTrue();
        assertThat(RunDirectory.holdsRun(folder)).isTrue();
        assertThatThrownBy(() -> RunDirectory.create(folder)).hasMessageContaining("already holds a run");
    }

    @Test
    void aConfigurationWithoutProvenanceIsARunWhereThereIsSomethingToLose() throws IOException {
        RunDirectory run = RunDirectory.create(folder);
        Files.writeString(run.config(), "x");
        Files.writeString(run.lock(), "");
        assertThat(RunDirectory.holdsRun(folder)).isFalse();
        Files.writeString(run.metrics(), "{\"step\":1}\n");
        assertThat(RunDirectory.holdsRun(folder)).isTrue();
        assertThat(RunDirectory.open(folder).isComplete()).isFalse();
    }

    @Test
    void discardingTakesEverythingARunWritesAndNothingElse() throws IOException {
        RunDirectory run = RunDirectory.create(folder.resolve("run"));
        for (Path file : List.of(
                run.config(),
                run.provenance(),
                run.metrics(),
                run.quarantine(),
                run.diverged(),
                run.profile(),
                run.lock(),
                run.tensorboard().resolve("events"),
                Files.createDirectory(run.checkpoints().resolve("step-1")).resolve("model"),
                run.path().resolve(".metrics.jsonl.0a8f1a52-2c66-4f0b-9d7d-111111111111.tmp"),
                run.path().resolve(".writable9.tmp"))) {
            Files.writeString(file, "x");
        }
        Path mine = Files.writeString(run.path().resolve(".mine.tmp"), "x");
        run.discard();
        assertThat(tree()).containsExactly("run", "run/.mine.tmp");

        Files.delete(mine);
        RunDirectory.create(folder.resolve("run")).discard();
        assertThat(tree()).isEmpty();
    }

    @Test
    void aStartThatIsKilledNeverBlocksTheNext() throws Exception {
        Path out = folder.resolve("run");
        for (int round = 0; round < 3; round++) {
            Process child = ChildJvm.start(folder, List.of(), Starting.class, out.toString());
            while (child.isAlive()
                    && !Files.readString(folder.resolve(ChildJvm.OUT)).contains("begins")) {
                Thread.sleep(5);
            }
            Thread.sleep(20 + 37 * round);
            assertThat(child.isAlive())
                    .as(Files.readString(folder.resolve(ChildJvm.ERR)))
                    .isTrue();
            child.destroyForcibly().waitFor();

            RunDirectory run = RunDirectory.holdsRun(out) ? RunDirectory.open(out) : RunDirectory.create(out);
            try (RunLock lock = RunLock.acquire(run)) {
                assertThat(lock.warning()).isEmpty();
                run.removeLeftovers();
                assertThat(run.isComplete() || !Files.exists(run.provenance())).isTrue();
                run.discard();
            }
            assertThat(out).doesNotExist();
        }
    }

    /** Begins runs and gives them up again, one after the other. */
    static final class Starting {
        private Starting() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println("begins");
            while (true) {
                RunDirectory run = RunDirectory.create(Path.of(arguments[0]));
                try (RunLock lock = RunLock.acquire(run)) {
                    run.removeLeftovers();
                    AtomicFile.write(run.config(), new byte[1_000]);
                    AtomicFile.write(run.provenance(), new byte[1_000]);
                    MetricsLog.create(run, message -> {}).close();
                    lock.warning().ifPresent(System.err::println);
                    run.discard();
                }
            }
        }
    }

    @Test
    void refusesAnotherRun() throws IOException {
        RunDirectory run = RunDirectory.create(folder);
        Files.writeString(run.config(), "arch: resnet18\n");

        assertThatThrownBy(() -> RunDirectory.create(folder))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessage(folder + ": already holds a run; add --resume to go on with it, or give another --out");
        assertThat(RunDirectory.open(folder).config()).hasContent("arch: resnet18\n");
    }

    @Test
    void refusesForeignFilesAndLeavesThemAlone() throws IOException {
        Files.writeString(folder.resolve("thesis.tex"), "x");
        assertThatThrownBy(() -> RunDirectory.create(folder))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessage(folder + ": is not empty (it has 'thesis.tex') and holds no run;"
                        + " give a new or empty directory as --out");
        assertThat(tree()).containsExactly("thesis.tex");
    }

    @Test
    void refusesCheckpointsWithoutARun() throws IOException {
        Files.createDirectories(folder.resolve("checkpoints/step-000100"));
        assertThatThrownBy(() -> RunDirectory.create(folder))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessageContaining("(it has 'checkpoints')");
        assertThat(tree()).containsExactly("checkpoints", "checkpoints/step-000100");
    }

    @Test
    void refusesAFileAndAPathBelowAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> RunDirectory.create(file))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessage(file + ": is a file; give a new or empty directory as --out");
        assertThatThrownBy(() -> RunDirectory.create(file.resolve("a/b")))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessage(file.resolve("a/b") + ": cannot be written: " + file
                        + " is not a directory; give another --out");
        assertThat(tree()).containsExactly("file");
    }

    @Test
    void removesWhatItMadeWhenItFailsHalfWay() throws IOException {
        // a dangling link where the second sub-directory should go
        Path run = Files.createDirectories(folder.resolve("run"));
        Files.createSymbolicLink(run.resolve("checkpoints"), folder.resolve("nowhere"));

        assertThatThrownBy(() -> RunDirectory.create(run)).isInstanceOf(RunDirectoryException.class);

        assertThat(tree()).containsExactly("run", "run/checkpoints");
    }

    @Test
    void refusesWhereNothingCanBeWritten() {
        Path readOnly = Path.of("/proc/self");
        Assumptions.assumeTrue(Files.isDirectory(readOnly), "needs Linux's /proc, which nobody can write to");
        assertThatThrownBy(() -> RunDirectory.create(readOnly.resolve("runs/a")))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessageStartingWith("/proc/self/runs/a: cannot be written: ");
    }

    @Test
    void opensOnlyRuns() throws IOException {
        assertThatThrownBy(() -> RunDirectory.open(folder.resolve("no")))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessage(folder.resolve("no") + ": there is no such directory; give the directory of a run");
        assertThatThrownBy(() -> RunDirectory.open(folder))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessage(folder + ": is not a run: it has neither config.yaml nor provenance.json;"
                        + " give the directory of a run");
        assertThat(RunDirectory.holdsRun(folder)).isFalse();

        Files.writeString(folder.resolve("provenance.json"), "{}");
        assertThat(RunDirectory.open(folder).path()).isEqualTo(folder);
    }

    private List<String> tree() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.skip(1)
                    .map(path -> folder.relativize(path).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }
}
