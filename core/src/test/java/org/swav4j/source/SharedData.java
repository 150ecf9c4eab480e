package org.swav4j.source;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Archives of photographs in a folder {@code shared/data} beside or above the checkout, where there is one. */
final class SharedData {
    private SharedData() {}

    /** Skips the test where the file is not there. */
    static Path require(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path file = at.resolve("shared/data").resolve(name);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        Assumptions.abort("there is no shared/data/" + name + " beside or above this checkout");
        throw new AssertionError("unreachable");
    }
}
