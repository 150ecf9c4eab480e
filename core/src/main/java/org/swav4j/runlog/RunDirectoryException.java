package org.swav4j.runlog;

import java.io.IOException;
import java.nio.file.Path;

/** A directory cannot serve as a run directory. The message is one line: directory, what is wrong, what to do. */
public final class RunDirectoryException extends IOException {
    private static final long serialVersionUID = 1L;

    RunDirectoryException(Path directory, String problem) {
        super(directory + ": " + problem);
    }

    RunDirectoryException(Path directory, String problem, Throwable cause) {
        super(directory + ": " + problem, cause);
    }
}
