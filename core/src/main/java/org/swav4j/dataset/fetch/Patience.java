package org.swav4j.dataset.fetch;

import java.time.Duration;

/**
 * How long a download waits for a server.
 *
 * @param connect for a connection, and then for the beginning of an answer
 * @param stall for the next bytes of a file
 * @param attempts without a single byte before it gives up, at least 1
 * @param pause before the second attempt; doubled before each further one, up to 30 times as long
 */
public record Patience(Duration connect, Duration stall, int attempts, Duration pause) {
    /** For servers of universities, on lines of homes. */
    public static final Patience USUAL =
            new Patience(Duration.ofSeconds(30), Duration.ofSeconds(60), 6, Duration.ofSeconds(1));

    /** Before the attempt after {@code failures} in a row. */
    Duration pauseAfter(int failures) {
        return pause.multipliedBy(Math.min(30, 1L << Math.min(10, failures - 1)));
    }
}
