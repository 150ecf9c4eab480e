package org.swav4j.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.SlurmTask;
import org.swav4j.launch.LaunchedRank;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How many processes of this machine share a command's work, and how long they wait for each other. */
final class RankOptions {
    private static final int MOST = 1024;

    @Option(
            names = "--nproc",
            paramLabel = "N",
            converter = Count.class,
            description = "Share the work among N processes on this machine, and its cores among them [1].")
    private int processes = 1;

    @Option(
            names = "--rank-timeout",
            paramLabel = "TIME",
            converter = RankTimeout.class,
            description =
                    "Of several processes (--nproc, or RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT in the environment):"
                            + " how long they wait for each other [5m].")
    private Duration timeout = ProcessGroup.DEFAULT_TIMEOUT;

    /** A number of processes or starts, as it is typed. */
    static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) > MOST) {
                throw new TypeConversionException("'" + text + "': must be a whole number up to " + MOST);
            }
            return Integer.parseInt(text);
        }
    }

    int processes() {
        return processes;
    }

    Duration timeout() {
        return timeout;
    }

    /** Whether this process is to start others, rather than to do the work. */
    boolean launches() {
        return processes > 1 && !isLaunched();
    }

    /** Whether a launcher has started this process. */
    static boolean isLaunched() {
        return LaunchedRank.of(System.getenv()).isPresent();
    }

    /** Tells {@code problems}, by flag, what does not go together. */
    void check(BiConsumer<String, String> problems) {
        if (processes < 1) {
            problems.accept("--nproc", "'0': must be at least 1");
        }
        if (launches()) {
            requireAlone("--nproc", problems);
        }
    }

    /** The same as lines. */
    void check(List<String> problems) {
        check((flag, what) -> problems.add(flag + ": " + what));
    }

    /** A process that is one of several does not start others. */
    static void requireAlone(String flag, BiConsumer<String, String> problems) {
        Map<String, String> environment = System.getenv();
        if (environment.containsKey("RANK") || environment.containsKey("WORLD_SIZE")) {
            problems.accept(
                    flag,
                    "this process is one of several already, as RANK and WORLD_SIZE in its environment say; leave out "
                            + flag + ", or unset them");
        } else if (SlurmTask.isOneOfSeveral(environment)) {
            problems.accept(
                    flag,
                    "this process is one of several already, started by srun; leave out " + flag
                            + ", or start one task a job");
        }
    }
}
