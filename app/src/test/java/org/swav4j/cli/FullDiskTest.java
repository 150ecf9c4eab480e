package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.sample.SampleImages;

/** Disks that are really full or cannot be written, which takes a right that only the superuser has: else skipped. */
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
    @TempDir
    private Path folder;

    private Path disk;
    private final List<Path> mounted = new ArrayList<>();

    @BeforeEach
    void mountASmallDisk() throws Exception {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(mount(disk, "size=6m"))
                .as("this process may mount a tmpfs, for a disk that is really full")
                .isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        for (int i = mounted.size() - 1; i >= 0; i--) {
            run("umount", "-l", mounted.get(i).toString());
        }
    }

    private boolean mount(Path place, String options) throws Exception {
        boolean done = run("mount", "-t", "tmpfs", "-o", options, "swav-test", place.toString()) == 0;
        if (done) {
            mounted.add(place);
        }
        return done;
    }

    private static int run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    private SwavProcess start(Path run) throws IOException {
        return SwavProcess.start(
                folder,
                TinyCommand.words(
                        "--data",
                        folder.resolve("images/train"),
                        "--out",
                        run,
                        "--epochs",
                        "100000",
                        "--checkpoint-every",
                        "2steps",
                        "--keep",
                        "1"));
    }

    @Test
    void aFullDiskIsAWarningAndTheNextSaveWorks() throws Exception {
        Path run = disk.resolve("run");
        try (SwavProcess process = start(run)) {
            awaitOutput(process, "saved ");
            fill(disk.resolve("filler"));
            awaitOutput(process, "warning: " + run.resolve("checkpoints"));
            assertThat(process.out()).contains("No space left on device");
            long kept = Checkpoint.find(run).progress().step();

            Files.delete(disk.resolve("filler"));
            awaitOutput(process, "saved ", process.out().length());
            process.signal("TERM");
            SwavProcess.Result end = process.end(10);
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(143);
            assertThat(Checkpoint.find(run).progress().step()).isGreaterThan(kept);
            assertThat(end.err()).doesNotContain("\tat ");
            assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
                    .allMatch(line -> line.startsWith("{\"step\":") && line.endsWith("}"));
        }
    }

    /** The save at its end is the one that a run must not lose silently. */
    @Test
    void aDiskThatStaysFullFailsTheLastSave() throws Exception {
        Path run = disk.resolve("run");
        try (SwavProcess process = start(run)) {
            awaitOutput(process, "saved ");
            fill(disk.resolve("filler"));
            awaitOutput(process, "warning: " + run.resolve("checkpoints"));
            process.signal("TERM");
            SwavProcess.Result end = process.end(10);
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(ExitCode.FAILED);
            assertThat(end.err())
                    .contains("swav: " + run.resolve("checkpoints"), "No space left on device")
                    .doesNotContain("\tat ", "should not happen");
            assertThat(Checkpoint.find(run).progress().step()).isPositive();
        }
    }

    /** As when a network disk's server goes over to read-only. */
    @Test
    void checkpointsThatCannotBeWrittenAreAWarning() throws Exception {
        Path run = disk.resolve("run");
        try (SwavProcess process = start(run)) {
            awaitOutput(process, "saved ");
            Path checkpoints = run.resolve("checkpoints");
            assertThat(mount(checkpoints, "ro")).isTrue();
            awaitOutput(process, "warning: " + checkpoints);
            // a save that was under way finds its files gone instead
            assertThat(process.out())
                    .containsPattern(
                            "cannot be written: (Read-only file system|there is no such file)\\. Is the disk full");
            assertThat(run("umount", "-l", checkpoints.toString())).isZero();
            mounted.remove(checkpoints);
            awaitOutput(process, "saved ", process.out().length());
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedBeforeTraining() throws Exception {
        Path readOnly = Files.createDirectory(folder.resolve("readonly"));
        assertThat(mount(readOnly, "ro")).isTrue();
        TinyCommand.Result result =
                TinyCommand.pretrain("--data", folder.resolve("images/train"), "--out", readOnly.resolve("run"));
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .startsWith("swav: " + readOnly)
                .contains("Read-only file system")
                .hasLineCount(1);
    }

    private static void awaitOutput(SwavProcess process, String text) throws Exception {
        awaitOutput(process, text, 0);
    }

    private static void awaitOutput(SwavProcess process, String text, int from) throws Exception {
        boolean came = process.await(() -> output(process).substring(from).contains(text), 60);
        assertThat(came).as(process.out() + process.err()).isTrue();
    }

    private static String output(SwavProcess process) {
        try {
            return process.out();
        } catch (IOException e) {
            return "";
        }
    }

    /** Until nothing fits any more; a save that is under way may give some space back, so for a while. */
    private static void fill(Path file) throws IOException, InterruptedException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] zeros = new byte[4096];
            for (int full = 0; full < 40; ) {
                try {
                    out.write(zeros);
                } catch (IOException e) {
                    full++;
                    Thread.sleep(10);
                }
            }
        }
    }
}
