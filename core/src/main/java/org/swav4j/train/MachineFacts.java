package org.swav4j.train;

import java.lang.management.ManagementFactory;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.tensor.ComputeDevice;

/**
 * The machine as far as the choice of settings depends on it.
 *
 * @param cores processors available to this program
 * @param memoryBytes physical memory, or the container's limit
 * @param bf16 whether the CPU computes in bfloat16
 * @param gpuBytes memory of the first CUDA device; 0 if there is none
 */
public record MachineFacts(int cores, long memoryBytes, boolean bf16, long gpuBytes) {
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
                torch.cuda_is_available() ? new ComputeDevice("cuda:0").memoryBytes() : 0);
    }

    /** The share of one of several processes, each of which has a GPU of its own if there are any. */
    public MachineFacts shared(int processes) {
        return new MachineFacts(Math.max(1, cores / processes), Math.max(1, memoryBytes / processes), bf16, gpuBytes);
    }

    /** The same with so many cores. */
    public MachineFacts withCores(int number) {
        return new MachineFacts(number, memoryBytes, bf16, gpuBytes);
    }

    /** Whether a CUDA device can be used. */
    public boolean gpu() {
        return gpuBytes > 0;
    }

    /** Whether training is done at a rate that makes the paper's own networks and crops sensible. */
    boolean isLarge() {
        return gpu() || cores >= AutoRules.LARGE_MACHINE_CORES;
    }

    private static long memory() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean known
                ? known.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }
}
