package org.swav4j.train;

import java.lang.management.ManagementFactory;
import org.bytedeco.pytorch.global.torch;

/**
 * The machine as far as the choice of settings depends on it.
 *
 * @param cores processors available to this program
 * @param memoryBytes physical memory, or the container's limit
 * @param bf16 whether the CPU computes in bfloat16
 * @param gpu whether a CUDA device can be used
 */
public record MachineFacts(int cores, long memoryBytes, boolean bf16, boolean gpu) {
    public MachineFacts {
        if (cores < 1 || memoryBytes < 1) {
            throw new IllegalArgumentException(
                    "a machine has cores and memory, not " + cores + " and " + memoryBytes + " bytes");
        }
    }

    /** This machine; loads libtorch. */
    public static MachineFacts detect() {
        return new MachineFacts(
                Runtime.getRuntime().availableProcessors(),
                memory(),
                CpuFeatures.read().bf16(),
                torch.cuda_is_available());
    }

    /** Whether training is done at a rate that makes the paper's own networks and crops sensible. */
    boolean isLarge() {
        return gpu || cores >= AutoRules.LARGE_MACHINE_CORES;
    }

    private static long memory() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean known
                ? known.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }
}
