package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.swav4j.launch.GroupEnd;
import org.swav4j.launch.JavaCommand;
import org.swav4j.launch.LaunchedRank;
import org.swav4j.launch.LocalRanks;
import org.swav4j.launch.RankLogs;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code --nproc}: starts processes like this one that share a command's work, shows the first one's output and passes signals
 * on to all. Loads no native library.
 */
final class LocalLaunch implements AutoCloseable {
    private final int processes;
    private final RankLogs logs;
    private final boolean prefixes;
    private final boolean terminal;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Signals signals;

    private LocalRanks ranks;
    private String signal;

    /**
     * Receives signals from now on.
     *
     * @param prefixes whether other ranks' lines are shown beside the first one's
     * @param terminal whether a line may be written over
     */
    LocalLaunch(int processes, RankLogs logs, boolean prefixes, boolean terminal, PrintWriter out, PrintWriter err) {
        this.processes = processes;
        this.logs = logs;
        this.prefixes = prefixes;
        this.terminal = terminal;
        this.out = out;
        this.err = err;
        int cores = Runtime.getRuntime().availableProcessors();
        if (processes > cores) {
            err.println("warning: --nproc " + processes + ": this machine has " + cores
                    + (cores == 1 ? " core" : " cores") + ", which the processes have to share");
        }
        signals = Signals.receive(err, this::received);
    }

    /** Runs a command that keeps no logs, once; returns the exit code. */
    static int once(CommandSpec spec, RankOptions options, boolean quiet) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        boolean terminal = ProgressLine.suitable(quiet) == ProgressLine.Mode.TERMINAL;
        try (LocalLaunch launch = new LocalLaunch(
                options.processes(),
                RankLogs.nowhere(),
                false,
                terminal,
                spec.commandLine().getOut(),
                err)) {
            GroupEnd end = launch.run(spec.commandLine().getParseResult().originalArgs(), Optional.empty());
            launch.explain(end);
            return end.code();
        }
    }

    /**
     * Starts all and waits until all have ended.
     *
     * @param words how this program was called
     * @param why what ended those before, if these are to go on where they were
     */
    GroupEnd run(List<String> words, Optional<String> why) throws IOException {
        LocalRanks.Job job = new LocalRanks.Job(
                JavaCommand.oneOf(processes), Main.class.getName(), words, processes, logs, prefixes);
        try (LocalRanks started = LocalRanks.start(job, new LaunchedRank(terminal, why), out, err)) {
            synchronized (this) {
                ranks = started;
                if (signal != null) {
                    ranks.signal(signal);
                }
            }
            return started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the processes", e);
        }
    }

    /** Says what failed, if something did and its own output has not said it. */
    void explain(GroupEnd end) {
        if (end.culprit().isPresent() && terminal) {
            err.println();
        }
        end.message().ifPresent(message -> err.println("swav: " + message));
    }

    /** The last signal that was received, by name. */
    synchronized Optional<String> signal() {
        return Optional.ofNullable(signal);
    }

    private synchronized void received(String name) {
        signal = name;
        if (ranks != null) {
            ranks.signal(name);
        }
    }

    @Override
    public void close() {
        signals.close();
        err.flush();
    }
}
