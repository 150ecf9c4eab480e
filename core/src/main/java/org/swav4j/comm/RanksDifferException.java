package org.swav4j.comm;

/** The ranks cannot train together as they were started; to start them again in the same way would change nothing. */
public final class RanksDifferException extends RankLostException {
    private static final long serialVersionUID = 1;

    RanksDifferException(String message) {
        super(message);
    }
}
