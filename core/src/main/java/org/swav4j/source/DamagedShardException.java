package org.swav4j.source;

import java.io.IOException;

/** A shard's bytes are not what a tar archive or its compression must be; trying again would not help. */
final class DamagedShardException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedShardException(String message) {
        super(message);
    }

    DamagedShardException(String message, Throwable cause) {
        super(message, cause);
    }
}
