package org.swav4j.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Supplier;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.launch.Lifeline;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.train.BuildInfo;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The processes that share the images of one command, as their environment names them. All do their share, and the first brings
 * it together, speaks and writes. A process without others is the first.
 */
final class EvaluationRanks implements AutoCloseable {
    private final RankOptions options;
    private final CommandSpec spec;
    private final Optional<RankEnvironment> environment;
    private final Optional<Lifeline> launcher;
    /** Null if there are no others, or they were not met yet. */
    private ProcessGroup group;

    /** Of this process's environment; meets nobody yet. */
    EvaluationRanks(RankOptions options, CommandSpec spec) {
        this.options = options;
        this.spec = spec;
        this.environment = PretrainRanks.environment();
        this.launcher = Lifeline.ofThisRank(Interrupts::endAtOnceBy);
    }

    /** What a command does on every rank. */
    interface Work {
        int call() throws Exception;
    }

    /** Whether this process is the one that speaks and writes. */
    boolean isFirst() {
        return environment.map(RankEnvironment::rank).orElse(0) == 0;
    }

    /** How many there are, this one too. */
    int world() {
        return environment.map(RankEnvironment::world).orElse(1);
    }

    /** This process's share of its machine's cores. */
    static int cores() {
        int all = Runtime.getRuntime().availableProcessors();
        return Math.max(
                1,
                all
                        / PretrainRanks.environment()
                                .map(RankEnvironment::localWorld)
                                .orElse(1));
    }

    /** The device of this process, if it was told one for all. */
    ComputeDevice device(ComputeDevice device) {
        return device.next(environment.map(RankEnvironment::localRank).orElse(0));
    }

    /**
     * Meets the others, who must have been started alike, and works with them. What ends this process is told to them.
     *
     * @param facts lines of a name, a colon and a value that must be the same on all; asked for if there are others
     */
    int work(Supplier<String> facts, Work work) throws Exception {
        if (environment.isEmpty()) {
            return work.call();
        }
        PrintWriter err = spec.commandLine().getErr();
        group = ProcessGroup.join(environment.get(), false, options.timeout(), notice -> {
            err.println("warning: " + notice);
            err.flush();
        });
        try {
            group.requireSame("version: " + BuildInfo.read().version() + "\n" + facts.get());
            return work.call();
        } catch (Exception | Error e) {
            group.leave(Failures.message(e));
            throw e;
        }
    }

    /** From now on, signals to this process, or to its launcher, are answered with a text and counted. */
    Interrupts interrupts(String stopping) {
        Interrupts interrupts = Interrupts.install(spec.commandLine().getErr(), stopping);
        launcher.ifPresent(interrupts::with);
        return interrupts;
    }

    /** The exit code of a command that was stopped, the same on every rank. */
    int exitCode(Interrupts interrupts) {
        interrupts.agree(collective());
        return interrupts.exitCode();
    }

    Collective collective() {
        return group == null ? new Alone() : group;
    }

    @Override
    public void close() {
        if (group != null) {
            group.close();
        }
    }
}
