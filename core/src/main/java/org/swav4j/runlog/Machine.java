package org.swav4j.runlog;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a run ran on.
 *
 * @param java version of the Java runtime
 * @param javaVendor its vendor
 * @param os name, version and architecture of the operating system
 * @param libc C library and its version, where they can be found out
 * @param allocator which malloc tensors come from and how it is tuned; empty for runs that did not write it down
 * @param cpu model of the processor, where the system tells
 * @param cores processors available to the process
 * @param memoryBytes memory of the machine, or of the container the process runs in
 */
public record Machine(
        String java,
        String javaVendor,
        String os,
        Optional<String> libc,
        Optional<String> allocator,
        Optional<String> cpu,
        int cores,
        long memoryBytes) {
    /** {@code GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.} */
    private static final Pattern GLIBC = Pattern.compile(
            "GNU C Library \\(([^)\\p{Cntrl}]{1,80})\\) [a-z]{1,20} release version ([0-9.]{1,20}[0-9])");

    private static final int MOST_LIBC_BYTES = 16 << 20;

    /** The machine of this process. */
    public static Machine current() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                libc(Path.of("/proc/self/maps")),
                Optional.of(Allocator.describe()),
                cpuModel(Path.of("/proc/cpuinfo")),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize());
    }

    /** From the library itself: glibc says in its file what it is. */
    static Optional<String> libc(Path maps) {
        try (Stream<String> lines = Files.lines(maps)) {
            Optional<Path> library = lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(file -> file.getFileName().toString().matches("libc(-[0-9.]+)?\\.so.*|ld-musl.*"))
                    .findFirst();
            if (library.isEmpty() || library.get().toString().contains("musl")) {
                return library.map(file -> file.getFileName().toString());
            }
            try (InputStream in = Files.newInputStream(library.get())) {
                String text = new String(in.readNBytes(MOST_LIBC_BYTES), StandardCharsets.ISO_8859_1);
                Matcher glibc = GLIBC.matcher(text);
                return glibc.find()
                        ? Optional.of("glibc " + glibc.group(2) + " (" + glibc.group(1) + ")")
                        : Optional.of(library.get().getFileName().toString());
            }
        } catch (IOException | UncheckedIOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    static Optional<String> cpuModel(Path cpuinfo) {
        if (!Files.isReadable(cpuinfo)) {
            return Optional.empty();
        }
        try (BufferedReader lines = Files.newBufferedReader(cpuinfo)) {
            return lines.lines()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .filter(model -> !model.isEmpty())
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
