package org.swav4j.profile;

/** libtorch's operations could not be recorded; the message says why in one line. A training goes on without. */
final class ProfilerException extends Exception {
    private static final long serialVersionUID = 1;

    ProfilerException(String message) {
        super(message);
    }
}
