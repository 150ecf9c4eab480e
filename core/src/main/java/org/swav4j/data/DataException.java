package org.swav4j.data;

/** Data that cannot be used as asked. The message is one line for the user: place, what is wrong, what to do. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@code message} is shown to the user as it is. */
    public DataException(String message) {
        super(message);
    }

    /** {@code message} is shown to the user as it is; {@code cause} is for a debugger. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
