package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What tells whether a server's file is still the one of which a part is here: its strong ETag, or else its date. Kept in a
 * file beside the part. Without one a part is resumed all the same; the checksum has the last word.
 */
final class Validator {
    private final Path file;

    Validator(Path file) {
        this.file = file;
    }

    void remember(HttpHeaders headers) throws IOException {
        String value = headers.firstValue("ETag")
                .filter(tag -> tag.startsWith("\""))
                .or(() -> headers.firstValue("Last-Modified"))
                .orElse("");
        if (value.isEmpty()) {
            forget();
        } else {
            Files.writeString(file, value);
        }
    }

    void ifRange(HttpRequest.Builder request) throws IOException {
        if (Files.exists(file)) {
            String value = Files.readString(file).strip();
            if (!value.isEmpty() && value.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
                request.header("If-Range", value);
            }
        }
    }

    void forget() throws IOException {
        Files.deleteIfExists(file);
    }
}
