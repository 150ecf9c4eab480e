package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** A control group of the kernel's whose processes are killed when what they take from now on exceeds a number of bytes. */
record MemoryLimit(Path group) implements AutoCloseable {
    /** Where groups are, and what their limit is called, by version. */
    private static final Map<Path, String> PLACES =
            Map.of(Path.of("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", Path.of("/sys/fs/cgroup"), "memory.max");

    static MemoryLimit ofBytes(long bytes) {
        for (Map.Entry<Path, String> place : PLACES.entrySet()) {
            Path group = place.getKey()
                    .resolve("swav-test-" + ProcessHandle.current().pid());
            try {
                Files.createDirectory(group);
                if (Files.exists(group.resolve(place.getValue()))) {
                    Files.writeString(group.resolve(place.getValue()), Long.toString(bytes));
                    return new MemoryLimit(group);
                }
                Files.delete(group);
            } catch (IOException e) {
                // not this version, or not allowed
            }
        }
        Assumptions.abort("no control groups of memory that this process may make, which needs root");
        throw new AssertionError();
    }

    void add(long pid) throws IOException {
        Files.writeString(group.resolve("cgroup.procs"), Long.toString(pid));
    }

    @Override
    public void close() throws IOException {
        // its processes have ended
        Files.deleteIfExists(group);
    }
}
