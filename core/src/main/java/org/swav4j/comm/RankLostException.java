package org.swav4j.comm;

/** The ranks of a training cannot go on together. The message names this rank, its host, what failed, and who is missing. */
public class RankLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RankLostException(String message, Throwable cause) {
        super(message, cause);
    }

    RankLostException(String message) {
        super(message);
    }
}
