package org.swav4j.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** What a batch script finds on a node of Slurm's: its environment, and an {@code srun} and a {@code scontrol} of ours. */
public final class SlurmCluster {
    private static final Path SCRIPT = Path.of("").toAbsolutePath().getParent().resolve("deploy/slurm/pretrain.sbatch");

    private final Path folder;
    private final int job;

    private SlurmCluster(Path folder, int job) {
        this.folder = folder;
        this.job = job;
    }

    /** Puts the programs into a folder, which notes their calls, too. */
    public static SlurmCluster in(Path folder) throws IOException {
        for (String name : List.of("srun", "scontrol")) {
            try (InputStream in = SlurmCluster.class.getResourceAsStream(name)) {
                Files.copy(in, folder.resolve(name));
            }
            executable(folder.resolve(name));
        }
        return new SlurmCluster(folder, 4_210_000 + freePort() - 20_000);
    }

    static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** One of those that a job's number stands for. */
    private static int freePort() throws IOException {
        for (int port = 20_000 + (int) (ProcessHandle.current().pid() % 9000); port < 30_000; port++) {
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken
            }
        }
        throw new IOException("no free port");
    }

    public int job() {
        return job;
    }

    /** The command of a job of two tasks on one node, as the node's daemon runs it; {@code swav} is the program. */
    public List<String> batch(Path swav, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "PATH=" + folder + ":" + System.getenv("PATH"),
                "NOTES=" + folder,
                "SWAV=" + swav,
                "SLURM_JOB_ID=" + job,
                "SLURM_JOB_NODELIST=localhost",
                "SLURM_NTASKS=2",
                "SLURM_TASKS_PER_NODE=2",
                "SLURM_CPUS_PER_TASK=1",
                // a batch script is task 0 of a step of its own
                "SLURM_PROCID=0",
                "SLURM_LOCALID=0",
                "SLURM_NODEID=0",
                "bash",
                SCRIPT.toString()));
        command.addAll(arguments);
        return command;
    }

    /** What {@code scontrol} was asked for; empty if nothing. */
    public String asked() throws IOException {
        Path notes = folder.resolve("scontrol.txt");
        return Files.exists(notes) ? Files.readString(notes) : "";
    }

    /** How {@code srun} was called. */
    String started() throws IOException {
        return Files.readString(folder.resolve("srun.txt"));
    }
}
