package org.swav4j.comm;

import java.time.Duration;
import java.util.function.Consumer;

/** The time until others come, in which now and then somebody is told who is waited for. */
final class Waiting {
    private static final long FIRST_NOTICE = Duration.ofSeconds(5).toNanos();
    private static final int NAP_MILLIS = 20;

    private final Duration timeout;
    private final Consumer<String> notices;
    private final long begin = System.nanoTime();
    private long nextNotice = FIRST_NOTICE;

    Waiting(Duration timeout, Consumer<String> notices) {
        this.timeout = timeout;
        this.notices = notices;
    }

    boolean isOver() {
        return System.nanoTime() - begin > timeout.toNanos();
    }

    /** Waits a little; says for whom after 5 s, and then each time as long again has passed. */
    void nap(String whom) {
        long waited = System.nanoTime() - begin;
        if (waited > nextNotice) {
            notices.accept("waiting for " + whom + " since " + waited / 1_000_000_000 + " s, for at most "
                    + Rendezvous.spoken(timeout));
            nextNotice *= 2;
        }
        Rendezvous.pause(NAP_MILLIS);
    }
}
