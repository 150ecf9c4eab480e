package org.swav4j.checkpoint;

/** A checkpoint that cannot be used; the message names the file, what is wrong with it and what to do. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
