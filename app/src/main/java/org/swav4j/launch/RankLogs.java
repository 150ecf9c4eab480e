package org.swav4j.launch;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * Where what the ranks print is kept.
 *
 * @param folder made with the first line
 * @param isThere whether it may be made: a start that comes to nothing leaves nothing behind
 */
public record RankLogs(Path folder, BooleanSupplier isThere) {
    /** Nowhere; the last lines of a rank that fails are known all the same. */
    public static RankLogs nowhere() {
        return new RankLogs(Path.of(""), () -> false);
    }

    /** Of one rank. */
    RankLog of(int rank, String title) {
        return new RankLog(folder.resolve("rank-" + rank + ".txt"), title, isThere);
    }
}
