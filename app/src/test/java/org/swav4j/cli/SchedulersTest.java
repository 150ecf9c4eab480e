package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.deploy.SlurmCluster;
import org.swav4j.sample.SampleImages;

/** Real ranks that nobody of ours starts: in the environment of Slurm's tasks and of a PyTorchJob's pods. */
@EnabledOnOs(OS.LINUX)
@Tag("slow")
class SchedulersTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
    }

    private static List<String> words(Path run, Object... more) {
        List<Object> all = new ArrayList<>(List.of(
                "--data", folder.resolve("images/train"), "--out", run, "--workers", "1", "--checkpoint-every", "30m"));
        all.addAll(List.of(more));
        return TinyCommand.words(all.toArray());
    }

    /** The program as a script, as the distribution has it. */
    private static Path script() throws IOException {
        Path script = folder.resolve("swav");
        String java = SwavProcess.java(List.of("-Xmx256m")).stream()
                .map(ShellWord::quoted)
                .collect(Collectors.joining(" "));
        Files.writeString(script, "#!/bin/sh\nexec " + java + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    @Test
    void aSlurmJobIsSavedQueuedAgainAndGoesOn() throws Exception {
        Path run = folder.resolve("slurm");
        SlurmCluster cluster = SlurmCluster.in(Files.createDirectories(folder.resolve("cluster")));
        Path swav = script();
        List<String> arguments = words(run, "--epochs", "2000");
        arguments.remove("pretrain");
        try (SwavProcess batch = SwavProcess.startCommand(folder, cluster.batch(swav, arguments))) {
            assertThat(batch.await(() -> batch.shows("loss"), 60)).isTrue();
            batch.signal("USR1");
            SwavProcess.Result end = batch.end(30);
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(ExitCode.PREEMPTED);
            assertThat(end.out()).containsOnlyOnce("Stopped after step").contains("is queued again");
            assertThat(cluster.asked()).isEqualTo("requeue " + cluster.job() + "\n");
        }
        long step = Checkpoint.find(run).progress().step();
        arguments.addAll(List.of("--max-steps", Long.toString(step + 5)));
        try (SwavProcess batch = SwavProcess.startCommand(folder, cluster.batch(swav, arguments))) {
            SwavProcess.Result end = batch.end(60);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.out()).contains("from step " + step).contains("Done: " + (step + 5) + " steps");
            assertThat(cluster.asked()).as("once").hasLineCount(1);
        }
    }

    /** Each pod has one process, and WORLD_SIZE counts pods; nothing is said of local ranks. */
    @Test
    void podsOfAPyTorchJobTrainTogether() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Path run = folder.resolve("pods");
        List<SwavProcess> pods = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            List<String> command = new ArrayList<>(List.of(
                    "env",
                    "PYTHONUNBUFFERED=0",
                    "MASTER_PORT=" + port,
                    "MASTER_ADDR=localhost",
                    "WORLD_SIZE=2",
                    "RANK=" + rank));
            command.addAll(SwavProcess.java(List.of("-Xmx256m")));
            command.addAll(words(run, "--resume", "auto"));
            pods.add(SwavProcess.startCommand(folder, command));
        }
        try (SwavProcess master = pods.get(0);
                SwavProcess worker = pods.get(1)) {
            SwavProcess.Result end = master.end(90);
            assertThat(end.code()).as(end.out() + end.err()).isZero();
            assertThat(end.out()).contains("Done: 9 steps");
            SwavProcess.Result other = worker.end(30);
            assertThat(other.code()).as(other.err()).isZero();
            assertThat(other.out()).as("rank 0 speaks").isEmpty();
        }
        assertThat(Checkpoint.find(run).progress().step()).isEqualTo(9);
    }
}
