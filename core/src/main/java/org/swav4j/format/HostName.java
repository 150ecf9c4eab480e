package org.swav4j.format;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine calls itself, in letters, digits, dots, lines and underscores: fit for file names and lines of words. */
public final class HostName {
    private HostName() {}

    /** {@code localhost} where the system does not tell. */
    public static String current() {
        String name;
        try {
            // Asking the resolver can take seconds where there is no network; Linux answers at once.
            Path linux = Path.of("/proc/sys/kernel/hostname");
            name = Files.isReadable(linux)
                    ? Files.readString(linux).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            name = "";
        }
        return name.isEmpty() ? "localhost" : name.replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
