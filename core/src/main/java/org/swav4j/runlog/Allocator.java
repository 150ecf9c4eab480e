package org.swav4j.runlog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Which malloc libtorch's tensors come from, and how it is tuned. */
public final class Allocator {
    private static final List<String> OTHERS = List.of("tcmalloc", "mimalloc");
    private static final String GIVEN_BACK = "a step's memory is given back and faulted in again (./swav sets this)";

    private Allocator() {}

    /** Of this process, in a few words. */
    public static String describe() {
        return describe(read(Path.of("/proc/self/maps")), System.getenv());
    }

    static String describe(String maps, Map<String, String> environment) {
        if (maps.contains("jemalloc")) {
            String conf = environment.getOrDefault("MALLOC_CONF", "");
            return conf.contains("decay_ms") ? "jemalloc (" + conf + ")" : "jemalloc, untuned: " + GIVEN_BACK;
        }
        for (String other : OTHERS) {
            if (maps.contains(other)) {
                return other;
            }
        }
        boolean glibc = maps.contains("/libc.so") || maps.contains("/libc-2");
        if (!glibc) {
            return "the system's";
        }
        String tunables = environment.getOrDefault("GLIBC_TUNABLES", "");
        return tunables.contains("glibc.malloc") ? "glibc (" + tunables + ")" : "glibc, untuned: " + GIVEN_BACK;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
