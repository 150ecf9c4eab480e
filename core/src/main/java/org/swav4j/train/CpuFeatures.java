package org.swav4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the processor can do, as Linux tells it; elsewhere nothing is known.
 *
 * @param model the processor's name, or "unknown"
 * @param flags all flags of /proc/cpuinfo
 */
public record CpuFeatures(String model, Set<String> flags) {
    private static final List<String> TELLING =
            List.of("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8");

    public CpuFeatures {
        flags = Set.copyOf(flags);
    }

    /** This machine's. */
    public static CpuFeatures read() {
        try {
            return parse(Files.readString(Path.of("/proc/cpuinfo")));
        } catch (IOException e) {
            return parse("");
        }
    }

    static CpuFeatures parse(String cpuinfo) {
        String flags = field(cpuinfo, "flags");
        return new CpuFeatures(
                field(cpuinfo, "model name").isEmpty() ? "unknown" : field(cpuinfo, "model name"),
                new TreeSet<>(
                        Stream.of(flags.split(" ")).filter(f -> !f.isEmpty()).toList()));
    }

    /** Whether bfloat16 arithmetic is done in hardware (AVX-512 BF16 or AMX). */
    public boolean bf16() {
        return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
    }

    /** The flags that matter for training speed, from old to new. */
    public List<String> telling() {
        return TELLING.stream().filter(flags::contains).toList();
    }

    private static String field(String cpuinfo, String name) {
        return cpuinfo.lines()
                .filter(line -> line.startsWith(name) && line.contains(":"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("");
    }
}
