package org.swav4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.runlog.Allocator;
import org.swav4j.runlog.Machine;

/** What a figure was measured under, and the process's own memory. */
final class Conditions {
    private Conditions() {}

    /** One line: date, processor, cores, memory, Java, libtorch's kernels, allocator. */
    static String line() {
        Machine machine = Machine.current();
        try (BytePointer kernels = torch.get_cpu_capability()) {
            return String.format(
                    Locale.ROOT,
                    "%s, %s, %d cores, %.0f GB, Java %s, libtorch with %s, %s",
                    LocalDate.now(ZoneId.systemDefault()),
                    machine.cpu().orElse(machine.os()),
                    machine.cores(),
                    machine.memoryBytes() / (double) (1L << 30),
                    machine.java(),
                    kernels.getString(),
                    Allocator.describe());
        }
    }

    /** The most memory this process ever had, 2^20 bytes; -1 where the system does not tell. */
    static long peakMegabytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }
}
