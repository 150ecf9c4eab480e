package org.swav4j.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The batch script, with a program in place of the training that only does what signals make of one. */
@EnabledOnOs(OS.LINUX)
class SlurmTest {
    @TempDir
    private Path folder;

    private SlurmCluster cluster;
    private Path swav;

    @BeforeEach
    void makeCluster() throws Exception {
        cluster = SlurmCluster.in(folder);
        swav = folder.resolve("swav");
        // rank 1 ends before rank 0 has saved
        Files.writeString(swav, """
                #!/bin/bash
                echo "$SLURM_PROCID of $SLURM_STEP_NUM_TASKS: $*"
                trap 'sleep 0.$((5 - 4 * SLURM_PROCID)); echo "saved $SLURM_PROCID"; exit 143' USR1
                trap 'exit 143' TERM
                for ((i = 0; i < ${TICKS:-1000}; i++)); do sleep 0.02; done
                exit "${CODE:-0}"
                """);
        SlurmCluster.executable(swav);
    }

    private Process submit(String... variables) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("env"));
        command.addAll(List.of(variables));
        command.addAll(cluster.batch(swav, List.of("--data", "my photos")));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .start();
    }

    private String out() throws Exception {
        return Files.readString(folder.resolve("out.txt"));
    }

    private int end(Process script) throws Exception {
        assertThat(script.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return script.exitValue();
    }

    private void signal(Process script, String name) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!(out().contains("0 of 2") && out().contains("1 of 2")) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        new ProcessBuilder("kill", "-" + name, Long.toString(script.pid()))
                .start()
                .waitFor();
    }

    @Test
    void theSignalBeforeTheTimeIsUpSavesAndQueuesTheJobAgain() throws Exception {
        Process script = submit();
        signal(script, "USR1");
        assertThat(end(script)).isEqualTo(143);
        assertThat(out())
                .contains("0 of 2: pretrain --resume auto --data my photos")
                .containsSubsequence("saved 1", "saved 0", "Saved; job " + cluster.job() + " is queued again.");
        assertThat(cluster.asked()).isEqualTo("requeue " + cluster.job() + "\n");
        assertThat(cluster.started()).startsWith("--kill-on-bad-exit=0 --wait=600 " + swav + " pretrain");
    }

    @Test
    void aTrainingThatEndsOrFailsIsNotQueuedAgain() throws Exception {
        assertThat(end(submit("TICKS=1"))).isZero();
        assertThat(end(submit("TICKS=1", "CODE=2"))).isEqualTo(2);
        assertThat(cluster.asked()).isEmpty();
    }

    @Test
    void theScriptIsCleanAndAsksForWhatItReliesOn() throws Exception {
        Path script = Path.of("").toAbsolutePath().getParent().resolve("deploy/slurm/pretrain.sbatch");
        assertThat(Files.readAllLines(script))
                .startsWith("#!/bin/bash")
                .contains("#SBATCH --signal=B:USR1@120", "#SBATCH --requeue", "#SBATCH --open-mode=append")
                .filteredOn(line -> line.startsWith("#SBATCH "))
                .allMatch(line -> line.matches("#SBATCH --[a-z-]+(=\\S+)?"));
        assumeThat(runs("shellcheck", "--version")).isTrue();
        assertThat(runs("shellcheck", script.toString())).isTrue();
    }

    private static boolean runs(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
