package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.swav4j.launch.GroupEnd;
import org.swav4j.launch.JavaCommand;
import org.swav4j.launch.LaunchedRank;
import org.swav4j.launch.LocalRanks;
import org.swav4j.runlog.RunDirectory;

/**
 * {@code --nproc}: the process that starts the ranks, ends as they do, and starts them again from the newest checkpoint where
 * that is asked for. It trains nothing and loads no native library.
 */
final class PretrainLaunch {
    private final RankOptions options;
    private final Path run;
    private final List<String> words;
    private final boolean resumes;
    private final boolean terminal;
    private final PrintWriter out;
    private final PrintWriter err;

    private LocalRanks ranks;
    private String signal;

    /**
     * @param run the run's directory
     * @param words how this program was called
     * @param namesRun whether {@code --out} is among the words
     * @param resumes whether {@code --resume} is
     * @param terminal whether a line may be written over
     */
    PretrainLaunch(
            RankOptions options,
            Path run,
            List<String> words,
            boolean namesRun,
            boolean resumes,
            boolean terminal,
            PrintWriter out,
            PrintWriter err) {
        this.options = options;
        this.run = run;
        this.words = namesRun ? words : with(words, "--out", run.toString());
        this.resumes = resumes;
        this.terminal = terminal;
        this.out = out;
        this.err = err;
    }

    /** Behind the command's name, as what stands at the end might be taken for an option's value. */
    private static List<String> with(List<String> words, String... more) {
        List<String> longer = new ArrayList<>(words);
        longer.addAll(words.indexOf("pretrain") + 1, List.of(more));
        return longer;
    }

    /** Returns the exit code. */
    int run() throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        if (options.processes() > cores) {
            err.println("warning: --nproc " + options.processes() + ": this machine has " + cores
                    + (cores == 1 ? " core" : " cores") + ", which the processes have to share");
        }
        try (Signals signals = Signals.receive(err, this::received)) {
            return launch();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the processes", e);
        } finally {
            err.flush();
        }
    }

    private int launch() throws IOException, InterruptedException {
        Optional<String> why = Optional.empty();
        for (int restart = 0; ; restart++) {
            GroupEnd end = group(restart == 0 || resumes ? words : with(words, "--resume", "auto"), why);
            if (terminal && end.culprit().isPresent()) {
                err.println();
            }
            end.message().ifPresent(message -> err.println("swav: " + message));
            if (restart == options.restarts() || !end.mayBeStartedAgain() || signal() != null) {
                return signal() != null && end.code() == ExitCode.FAILED ? Signals.exitCode(signal()) : end.code();
            }
            String count = "restart " + (restart + 1) + " of " + options.restarts();
            why = Optional.of(count + ": " + end.summary().orElseThrow());
            err.println("swav: starting again from the newest checkpoint (" + count + ")");
            err.flush();
        }
    }

    private GroupEnd group(List<String> arguments, Optional<String> why) throws IOException, InterruptedException {
        LocalRanks.Job job = new LocalRanks.Job(
                JavaCommand.oneOf(options.processes()),
                Main.class.getName(),
                arguments,
                options.processes(),
                RunDirectory.logs(run),
                () -> RunDirectory.holdsRun(run),
                options.prefixes());
        try (LocalRanks started = LocalRanks.start(job, new LaunchedRank(terminal, why), out, err)) {
            synchronized (this) {
                ranks = started;
                if (signal != null) {
                    ranks.signal(signal);
                }
            }
            return started.await();
        }
    }

    private synchronized String signal() {
        return signal;
    }

    private synchronized void received(String name) {
        signal = name;
        if (ranks != null) {
            ranks.signal(name);
        }
    }
}
