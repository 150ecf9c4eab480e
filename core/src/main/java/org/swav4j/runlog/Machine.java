package org.swav4j.runlog;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run ran on.
 *
 * @param java version of the Java runtime
 * @param javaVendor its vendor
 * @param os name, version and architecture of the operating system
 * @param cpu model of the processor, where the system tells
 * @param cores processors available to the process
 * @param memoryBytes memory of the machine, or of the container the process runs in
 */
public record Machine(String java, String javaVendor, String os, Optional<String> cpu, int cores, long memoryBytes) {

    /** The machine of this process. */
    public static Machine current() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                cpuModel(Path.of("/proc/cpuinfo")),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize());
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
        } catch (IOException | java.io.UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
