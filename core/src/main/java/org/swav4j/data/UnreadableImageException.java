package org.swav4j.data;

/** Bytes that are no readable image. The message is the reason, in words a user understands, without the image's name. */
public final class UnreadableImageException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The reason alone, such as "the file is empty". */
    public UnreadableImageException(String reason) {
        super(reason);
    }

    /** The reason, and the decoder's own exception. */
    public UnreadableImageException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
