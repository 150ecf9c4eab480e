package org.swav4j.cli;

import java.util.Map;
import java.util.Optional;
import org.swav4j.comm.SlurmTask;
import org.swav4j.launch.LaunchedRank;
import org.swav4j.train.Settings;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How many processes of this machine train together, and what becomes of them when one fails. */
final class RankOptions {
    private static final int MOST = 1024;

    @Option(
            names = "--nproc",
            paramLabel = "N",
            converter = Count.class,
            description =
                    "Train by N processes on this machine, which share its cores and every batch; their output is in"
                            + " logs/ of the run, the first one's is shown too [1].")
    private int processes = 1;

    @Option(
            names = "--max-restarts",
            paramLabel = "N",
            converter = Count.class,
            description =
                    "When a process is killed, crashes or gets stuck, start all again from the newest checkpoint, N"
                            + " times at most [0].")
    private int restarts;

    @Option(names = "--log-prefix", description = "Show the other processes' output too, each line with its rank.")
    private boolean prefix;

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

    int restarts() {
        return restarts;
    }

    boolean prefixes() {
        return prefix;
    }

    /** Whether this process is to start others, and watch them, rather than to train. */
    boolean launch(Optional<LaunchedRank> launched) {
        return launched.isEmpty() && wantsOthers();
    }

    private boolean wantsOthers() {
        return processes > 1 || restarts > 0;
    }

    /** What does not go together. */
    void check(Settings.Builder settings, Optional<LaunchedRank> launched, Map<String, String> environment) {
        if (processes < 1) {
            settings.problem("--nproc", "'0': must be at least 1");
        }
        String flag = processes > 1 ? "--nproc" : "--max-restarts";
        if (launch(launched) && (environment.containsKey("RANK") || environment.containsKey("WORLD_SIZE"))) {
            settings.problem(
                    flag,
                    "this process is one of several already, as RANK and WORLD_SIZE in its environment say; leave out "
                            + flag + ", or unset them");
        } else if (launch(launched) && SlurmTask.isOneOfSeveral(environment)) {
            settings.problem(
                    flag,
                    "this process is one of several already, started by srun; leave out " + flag
                            + ", or start one task a job");
        }
        if (prefix && launched.isEmpty() && !wantsOthers()) {
            settings.problem("--log-prefix", "is for --nproc 2 or more");
        }
    }
}
