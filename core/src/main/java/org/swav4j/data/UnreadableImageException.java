package org.swav4j.data;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Bytes that are no readable image. The message is the reason, in words a user understands, without the image's name. */
public final class UnreadableImageException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The reason alone, such as "the file is empty". */
    public UnreadableImageException(String reason) {
        super(reason);
    }

    /** In words, why an image could not be read or decoded. File systems of other places wrap what happened. */
    public static String reason(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof UnreadableImageException) {
                return e.getMessage();
            }
            if (e instanceof OutOfMemoryError) {
                return "the file is too large for the program's heap";
            }
            if (e instanceof NoSuchFileException) {
                return "the file has disappeared since it was listed";
            }
            if (e instanceof AccessDeniedException) {
                return "permission denied";
            }
            if (e instanceof FileSystemException file && file.getReason() != null) {
                return "cannot be read: " + file.getReason();
            }
        }
        return "cannot be read: " + failure.getMessage();
    }

    /** The reason, and the decoder's own exception. */
    public UnreadableImageException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
