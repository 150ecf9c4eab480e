package org.swav4j.launch;

import java.util.Map;
import java.util.Optional;

/**
 * What a rank is told by the launcher that started it, in its environment.
 *
 * @param terminal whether its output is shown on a terminal
 * @param restart why all ranks were started once more; empty at the first start
 */
public record LaunchedRank(boolean terminal, Optional<String> restart) {
    /** The launcher's process id; also says that standard input is a {@link Lifeline}. */
    static final String LAUNCHER = "SWAV_LAUNCHER";

    static final String TERMINAL = "SWAV_LAUNCHER_TERMINAL";
    static final String RESTART = "SWAV_LAUNCHER_RESTART";

    /** Nothing if this process was not started by a launcher. */
    public static Optional<LaunchedRank> of(Map<String, String> environment) {
        return environment.containsKey(LAUNCHER)
                ? Optional.of(new LaunchedRank(
                        environment.containsKey(TERMINAL), Optional.ofNullable(environment.get(RESTART))))
                : Optional.empty();
    }

    void putInto(Map<String, String> environment) {
        environment.put(LAUNCHER, Long.toString(ProcessHandle.current().pid()));
        environment.remove(TERMINAL);
        environment.remove(RESTART);
        if (terminal) {
            environment.put(TERMINAL, "1");
        }
        restart.ifPresent(why -> environment.put(RESTART, why));
    }
}
