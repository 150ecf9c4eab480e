package org.swav4j.tensor;

import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * How many threads compute on the CPU. libtorch's number is that of the thread which sets it. Matrix products in float32 and float64
 * are OpenBLAS's, which does not heed it: it has threads of its own, as many as cores if nobody says otherwise, whose number is the
 * process's, and which for a while after a product wait for the next one without letting go of their cores.
 */
public final class CpuThreads {
    private CpuThreads() {}

    /** The calling thread computes by so many from now on, matrix products too. */
    public static void use(int count) {
        set(count, count);
    }

    /**
     * The same for training a network, where products of matrices are small beside convolutions: by one thread, they leave the
     * others' cores alone: steps take 5 to 60 % less (docs/performance.md).
     */
    public static void useInTraining(int count) {
        set(count, 1);
    }

    private static void set(int count, int inProducts) {
        // a thread's first call into libtorch sets its number of threads to the default, so that call comes first
        torch.get_num_threads();
        torch.set_num_threads(count);
        openblas_nolapack.blas_set_num_threads(inProducts);
    }
}
