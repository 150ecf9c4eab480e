package org.swav4j.checkpoint;

/** A checkpoint that a newer version wrote: whole, but not to be read, set aside or passed over by this one. */
final class NewerFormatException extends CheckpointException {
    private static final long serialVersionUID = 1L;

    NewerFormatException(String message) {
        super(message);
    }
}
