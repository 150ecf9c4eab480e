package org.swav4j.export;

import java.io.IOException;

/** A network cannot be written to a file of this kind, or the file does not hold it; the message says why. */
public final class ExportException extends IOException {
    private static final long serialVersionUID = 1L;

    ExportException(String message) {
        super(message);
    }
}
