package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.sample.SampleImages;

/**
 * One of a training's processes gets no memory. What it asked for in vain it would ask for again, so it is not started again;
 * one that the kernel kills looks like any that is killed, and is.
 */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class RankMemoryTest {
    /** Of 192 MB on each rank, made at the beginning of the sixth epoch. */
    private static final List<String> LATE_QUEUE =
            List.of("--queue-length", "3000000", "--dim", "16", "--queue-start-epoch", "6");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
    }

    private static List<String> words(Path run) {
        List<Object> words = new ArrayList<>(List.of(
                "--data",
                folder.resolve("images/train"),
                "--out",
                run,
                "--epochs",
                5000,
                "--checkpoint-every",
                "3steps",
                "--knn-every",
                0,
                "--rank-timeout",
                "60s",
                "--on-divergence",
                "rewind:999"));
        words.addAll(LATE_QUEUE);
        return TinyCommand.words(words.toArray());
    }

    private static SwavProcess launched(Path run, String heap) throws Exception {
        List<String> command = SwavProcess.java(List.of("-Xmx" + heap));
        command.addAll(words(run));
        command.addAll(List.of("--workers", "1", "--nproc", "2", "--max-restarts", "2"));
        return SwavProcess.startCommand(folder, command);
    }

    private static long secondRank(SwavProcess launcher) throws IOException {
        for (ProcessHandle child : launcher.handle().children().toList()) {
            if (("\0" + Files.readString(Path.of("/proc", Long.toString(child.pid()), "environ")))
                    .contains("\0RANK=1\0")) {
                return child.pid();
            }
        }
        throw new AssertionError("there is no rank 1");
    }

    private static void requireWhole(Path run) {
        TinyCommand.Result verified = TinyCommand.swav("checkpoint", "verify", run);
        assertThat(verified.code()).as(verified.out() + verified.err()).isZero();
    }

    private static void report(String fault, SwavProcess.Result end, long since) {
        System.out.printf(
                "%s | code %d after %.1f s | %s%n",
                fault,
                end.code(),
                (System.nanoTime() - since) / 1e9,
                end.err().strip().replace("\n", " / "));
    }

    @Test
    void noMemoryForTensorsIsSaidByTheRankAndTheOthersAndNotTriedAgain() throws Exception {
        Path run = folder.resolve("native");
        try (SwavProcess process = launched(run, "256m")) {
            assertThat(process.await(() -> process.shows("step-000000003"), 60)).isTrue();
            long pid = secondRank(process);
            // a little more address space than it has, so that Java's own small needs are met
            long bytes = kilobytes(pid) * 1024 + (64 << 20);
            int limited = new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--as=" + bytes)
                    .start()
                    .waitFor();
            Assumptions.assumeTrue(limited == 0, "prlimit of util-linux limits another process");
            long since = System.nanoTime();
            SwavProcess.Result end = process.end(60);
            report("rank 1 gets no memory for tensors", end, since);
            assertThat(end.code()).isEqualTo(ExitCode.FAILED);
            String lack = "out of memory outside the Java heap, where images and tensors are (192000000 bytes more were"
                    + " asked for); a smaller --batch-size";
            List<String> lines = end.err().lines().toList();
            assertThat(lines.get(0))
                    .matches(
                            "swav: rank 0 of 2 \\(.+\\): .+ in step \\d+: rank 1 \\(.+\\) has ended: out of memory .+");
            assertThat(lines.get(0)).contains(lack);
            assertThat(lines.get(1)).startsWith("swav: rank 1 (process " + pid + ") ended with code 1; the others");
            assertThat(lines.get(2)).startsWith("  swav: " + lack);
            assertThat(lines).hasSize(3);
        }
        requireWhole(run);
        assertThat(SwavProcess.names(folder)).noneMatch(name -> name.startsWith("hs_err"));
    }

    private static long kilobytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmSize:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFullHeapIsSaidByTheRankAndTheOthers() throws Exception {
        Path run = folder.resolve("heap");
        Path sign = folder.resolve("eat");
        try (RankProcesses ranks = RankProcesses.of(folder, 2)) {
            ranks.start(0, words(run), Map.of());
            ranks.start(1, words(run), Map.of(), List.of("-Xmx64m"), HeapEater.class, sign.toString());
            ranks.awaitOutput(0, "step-000000003");
            long since = System.nanoTime();
            Files.createFile(sign);
            SwavProcess.Result other = ranks.end(1, 30);
            report("rank 1's heap is full, rank 1", other, since);
            SwavProcess.Result first = ranks.end(0, 10);
            report("rank 1's heap is full, rank 0", first, since);
            assertThat(other.code()).isEqualTo(ExitCode.FAILED);
            assertThat(other.err())
                    .matches("swav: out of memory: the Java heap of \\d+ MB is full; SWAV_JAVA_OPTS=-Xmx.+\n");
            assertThat(first.code()).isEqualTo(ExitCode.FAILED);
            assertThat(first.err())
                    .matches(
                            "swav: rank 0 of 2 \\(.+\\): .+ in step \\d+: rank 1 \\(.+\\) has ended: out of memory: the"
                                    + " Java heap of \\d+ MB is full; .+\n");
        }
        requireWhole(run);
    }

    @Test
    void heapsThatAreTooSmallFromTheStartAreSaidOnceAndLeaveNothing() throws Exception {
        Path run = folder.resolve("small");
        try (SwavProcess process = launched(run, "12m")) {
            long since = System.nanoTime();
            SwavProcess.Result end = process.end(60);
            report("heaps of 12 MB", end, since);
            assertThat(end.code()).isEqualTo(ExitCode.FAILED);
            assertThat(end.err())
                    .contains("swav: out of memory: the Java heap of ", "SWAV_JAVA_OPTS=-Xmx")
                    .doesNotContain("starting again", "\tat ");
        }
        assertThat(run).doesNotExist();
    }

    @Test
    void whatTheKernelKillsForWantOfMemoryIsStartedAgain() throws Exception {
        Path run = folder.resolve("killed");
        try (SwavProcess process = launched(run, "256m");
                MemoryLimit limit = MemoryLimit.ofBytes(100 << 20)) {
            assertThat(process.await(() -> process.shows("step-000000003"), 60)).isTrue();
            long pid = secondRank(process);
            limit.add(pid);
            long since = System.nanoTime();
            assertThat(process.await(() -> process.shows(", from step "), 60)).isTrue();
            System.out.printf(
                    "rank 1 is killed by the kernel, trains again after %.1f s%n", (System.nanoTime() - since) / 1e9);
            process.signal("TERM");
            SwavProcess.Result end = process.end(60);
            report("rank 1 is killed by the kernel", end, since);
            assertThat(end.code()).isEqualTo(ExitCode.PREEMPTED);
            assertThat(end.err())
                    .contains("swav: rank 1 (process " + pid + ") was killed by signal 9 (KILL); the others were ended")
                    .contains("starting again from the newest checkpoint (restart 1 of 2)");
        }
        requireWhole(run);
    }
}
