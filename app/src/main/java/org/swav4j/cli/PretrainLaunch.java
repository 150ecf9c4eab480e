package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.swav4j.launch.GroupEnd;
import org.swav4j.launch.RankLogs;
import org.swav4j.runlog.RunDirectory;

/** The ranks of a training on this machine, which are started again from the newest checkpoint where that is asked for. */
final class PretrainLaunch {
    private final RestartOptions options;
    private final Path run;
    private final List<String> words;
    private final boolean resumes;

    /**
     * @param run the run's directory
     * @param words how this program was called
     * @param namesRun whether {@code --out} is among the words
     * @param resumes whether {@code --resume} is
     */
    PretrainLaunch(RestartOptions options, Path run, List<String> words, boolean namesRun, boolean resumes) {
        this.options = options;
        this.run = run;
        this.words = namesRun ? words : with(words, "--out", run.toString());
        this.resumes = resumes;
    }

    /** Behind the command's name, as what stands at the end might be taken for an option's value. */
    private static List<String> with(List<String> words, String... more) {
        List<String> longer = new ArrayList<>(words);
        longer.addAll(words.indexOf("pretrain") + 1, List.of(more));
        return longer;
    }

    /**
     * Returns the exit code.
     *
     * @param terminal whether a line may be written over
     */
    int run(boolean terminal, PrintWriter out, PrintWriter err) throws IOException {
        RankLogs logs = new RankLogs(RunDirectory.logs(run), () -> RunDirectory.holdsRun(run));
        int processes = options.ranks().processes();
        try (LocalLaunch launch = new LocalLaunch(processes, logs, options.prefixes(), terminal, out, err)) {
            Optional<String> why = Optional.empty();
            for (int restart = 0; ; restart++) {
                GroupEnd end = launch.run(restart == 0 || resumes ? words : with(words, "--resume", "auto"), why);
                if (end.culprit().isEmpty()) {
                    return end.code();
                }
                launch.explain(end);
                Optional<String> signal = launch.signal();
                if (restart == options.restarts() || !end.mayBeStartedAgain() || signal.isPresent()) {
                    return signal.map(Signals::exitCode).orElse(end.code());
                }
                String count = "restart " + (restart + 1) + " of " + options.restarts();
                why = Optional.of(count + ": " + end.summary().orElseThrow());
                err.println("swav: starting again from the newest checkpoint (" + count + ")");
                err.flush();
            }
        }
    }
}
