package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.comm.RankLostException;
import org.swav4j.sample.SampleImages;

/** A process that gets no memory says in one line which memory that is, and leaves its run as it was. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class OutOfMemoryTest {
    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void draw() throws IOException {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
        run = folder.resolve("run");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Java heap space| Java heap of",
                "GC overhead limit exceeded| Java heap of",
                "Cannot reserve 8192 bytes of direct buffer memory (allocated: 1, limit: 2)| -XX:MaxDirectMemorySize",
                "unable to create native thread: possibly out of memory or process/resource limits reached| fewer --workers",
                "Physical memory usage is too high: physicalBytes (3G) > maxPhysicalBytes (2G)| outside the Java heap"
            })
    void javasErrorsNameTheirMemory(String error, String named) {
        assertThat(OutOfMemory.explain(new IllegalStateException(new OutOfMemoryError(error))))
                .hasValueSatisfying(line -> assertThat(line).contains(named).hasLineCount(1));
    }

    @Test
    void nativeErrorsNameTheirMemoryAndHowMuchWasAskedFor() {
        assertThat(OutOfMemory.explain(
                        new RuntimeException("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0\nat c10")))
                .hasValueSatisfying(
                        line -> assertThat(line).startsWith("out of memory on the GPU (20.00 MiB more were"));
        assertThat(
                        OutOfMemory.explain(
                                new RuntimeException(
                                        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 100663296 bytes. Error code 12")))
                .hasValueSatisfying(line -> assertThat(line)
                        .contains("outside the Java heap", "(100663296 bytes more were asked for)", "--batch-size")
                        .doesNotContain("-Xmx"));
        assertThat(OutOfMemory.explain(new RuntimeException("shapes do not fit")))
                .isEmpty();
    }

    /** The program must not tell the user to give this process more. */
    @Test
    void anotherRanksLackOfMemoryIsNotThisOnes() {
        RankLostException lost = assertThrows(
                RankLostException.class,
                () -> ProcessGroup.join(
                        new RankEnvironment("not enough memory", 1, 1, 2, 0, 1), false, Duration.ofMillis(1)));
        assertThat(lost).hasMessageContaining("not enough memory");
        assertThat(OutOfMemory.explain(lost)).isEmpty();
        assertThat(OutOfMemory.explain(new IllegalStateException(lost))).isEmpty();
    }

    @Test
    void aHeapThatIsTooSmallEndsInOneLineAndTheRunStaysWhole() throws Exception {
        try (SwavProcess first = SwavProcess.start(folder, pretrain("--max-steps", "2"))) {
            assertThat(first.end(60).code()).isZero();
        }
        List<String> before = SwavProcess.names(run.resolve("checkpoints"));
        List<String> command = new ArrayList<>(SwavProcess.java(List.of("-Xmx10m")));
        command.addAll(pretrain("--resume", "--max-steps", "0"));
        try (SwavProcess second = SwavProcess.startCommand(folder, command)) {
            requireOneLine(second.end(60), "the Java heap of 9 MB is full", "SWAV_JAVA_OPTS=-Xmx");
        }
        assertThat(SwavProcess.names(run.resolve("checkpoints"))).isEqualTo(before);
        assertThat(Checkpoint.find(run).progress().step()).isEqualTo(2);
    }

    /** The worker that reads it gets no memory, in the middle of a training. */
    @Test
    void anImageThatDoesNotFitIntoTheHeapEndsInOneLine() throws Exception {
        Path large = folder.resolve("images/train/star/large.jpg");
        Files.copy(
                folder.resolve("images/train/star")
                        .resolve(SwavProcess.names(large.getParent()).get(0)),
                large);
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(200 << 20);
        }
        List<String> command = new ArrayList<>(SwavProcess.java(List.of("-Xmx32m")));
        command.addAll(pretrain("--checkpoint-every", "1steps"));
        try (SwavProcess process = SwavProcess.startCommand(folder, command)) {
            requireOneLine(process.end(60), "the Java heap of ", "SWAV_JAVA_OPTS=-Xmx");
        }
    }

    /** A matrix of 3 GB in an address space of 6 GB, of which Java and libtorch take more than half. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void tensorsThatGetNoMemoryEndInOneLine() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -v 6000000; exec \"$@\"", "sh"));
        command.addAll(SwavProcess.java(List.of("-Xmx256m")));
        command.addAll(pretrain());
        command.set(command.indexOf("--hidden") + 1, "100000");
        command.set(command.indexOf("--dim") + 1, "8192");
        try (SwavProcess process = SwavProcess.startCommand(folder, command)) {
            requireOneLine(process.end(60), "outside the Java heap", "--batch-size", "--grad-accum");
        }
    }

    private void requireOneLine(SwavProcess.Result result, String... words) {
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .startsWith("swav: out of memory")
                .contains(words)
                .hasLineCount(1);
        assertThat(SwavProcess.names(folder)).noneMatch(name -> name.startsWith("hs_err"));
    }

    private List<String> pretrain(String... more) {
        return TinyCommand.words(
                Stream.concat(Stream.of("--data", folder.resolve("images/train"), "--out", run), Stream.of(more))
                        .toArray());
    }
}
