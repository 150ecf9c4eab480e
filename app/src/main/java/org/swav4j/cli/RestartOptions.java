package org.swav4j.cli;

import java.util.function.BiConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many processes of this machine train together, and what becomes of them when one fails. */
final class RestartOptions {
    @Mixin
    private RankOptions ranks;

    @Option(
            names = "--max-restarts",
            paramLabel = "N",
            converter = RankOptions.Count.class,
            description =
                    "When a process is killed, crashes or gets stuck, start all again from the newest checkpoint, N"
                            + " times at most [0].")
    private int restarts;

    @Option(
            names = "--log-prefix",
            description = "Show the other processes' output too, each line with its rank; it is in logs/ of the run"
                    + " either way.")
    private boolean prefix;

    RankOptions ranks() {
        return ranks;
    }

    int restarts() {
        return restarts;
    }

    boolean prefixes() {
        return prefix;
    }

    /** Whether this process is to start others, and watch them, rather than to train. */
    boolean launches() {
        return !RankOptions.isLaunched() && wantsOthers();
    }

    private boolean wantsOthers() {
        return ranks.processes() > 1 || restarts > 0;
    }

    /** Tells {@code problems}, by flag, what does not go together. */
    void check(BiConsumer<String, String> problems) {
        ranks.check(problems);
        if (launches() && !ranks.launches()) {
            RankOptions.requireAlone("--max-restarts", problems);
        }
        if (prefix && !wantsOthers()) {
            problems.accept("--log-prefix", "is for --nproc 2 or more");
        }
    }
}
