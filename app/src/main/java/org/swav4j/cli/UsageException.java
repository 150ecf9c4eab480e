package org.swav4j.cli;

/** The command was used wrongly; the message says how, in one line. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
