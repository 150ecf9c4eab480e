package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.sample.SampleImages;

/** PyTorch's own torchrun starts the ranks, and starts them again, where Debian's python3-torch is installed. */
@Tag("slow")
@Timeout(240)
class TorchrunTest {
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    /** PyTorch 1.13 under Python 3.11 does not understand its own default for what to do with the ranks' output. */
    private static final List<String> TORCHRUN = List.of(
            "from torch.distributed.elastic.multiprocessing import api",
            "parse = api.Std.from_str.__func__",
            "api.Std.from_str = classmethod(lambda c, s: api.Std.NONE if s == '0' else parse(c, s))",
            "from torch.distributed.run import main",
            "main()");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        assumeThat(Files.isExecutable(PYTHON)).as("there is a /usr/bin/python3").isTrue();
        Process look = new ProcessBuilder(PYTHON.toString(), "-c", "import torch.distributed.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeThat(look.waitFor(60, TimeUnit.SECONDS) && look.exitValue() == 0)
                .as("/usr/bin/python3 has torch")
                .isTrue();
        Files.write(folder.resolve("torchrun.py"), TORCHRUN);
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
    }

    private static SwavProcess torchrun(int restarts, List<?> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                PYTHON.toString(),
                folder.resolve("torchrun.py").toString(),
                "--standalone",
                "--no_python",
                "--nproc_per_node",
                "2",
                "--max_restarts",
                Integer.toString(restarts)));
        command.addAll(SwavProcess.java(List.of("-Xmx256m")));
        arguments.forEach(argument -> command.add(argument.toString()));
        return SwavProcess.startCommand(folder, command);
    }

    private static List<String> words(Path run, Object... more) {
        return TinyCommand.words(Stream.concat(
                        Stream.of("--data", folder.resolve("images/train"), "--out", run, "--workers", "1"),
                        Stream.of(more))
                .toArray());
    }

    @Test
    void itsRanksTrainAndEvaluateTogether() throws Exception {
        Path run = folder.resolve("run");
        try (SwavProcess process = torchrun(0, words(run, "--epochs", "2"))) {
            SwavProcess.Result end = process.end(90);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.out()).containsOnlyOnce("Done: 6 steps");
        }
        assertThat(Files.readString(RunDirectory.open(run).metrics())).contains("rank_images_per_second_min");
        try (SwavProcess process = torchrun(
                0,
                List.of(
                        "knn",
                        "--model",
                        run,
                        "--train",
                        folder.resolve("images/train"),
                        "--test",
                        folder.resolve("images/test")))) {
            SwavProcess.Result end = process.end(90);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.out()).containsOnlyOnce("top-1 (k");
        }
    }

    /** What torchrun starts again goes on where the run was. */
    @Test
    void itsRestartGoesOnFromTheNewestCheckpoint() throws Exception {
        Path run = folder.resolve("disturbed");
        try (SwavProcess process =
                torchrun(1, words(run, "--epochs", "40", "--checkpoint-every", "5steps", "--resume", "auto"))) {
            assertThat(process.await(() -> process.shows("saved "), 90)).isTrue();
            ProcessHandle victim = process.handle()
                    .descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("/java"))
                    .findFirst()
                    .orElseThrow();
            SwavProcess.signal(victim, "KILL");
            SwavProcess.Result end = process.end(120);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.out()).contains(", from step ").containsOnlyOnce("Done: 120 steps");
        }
        assertThat(Checkpoint.find(run).progress().step()).isEqualTo(120);
    }
}
