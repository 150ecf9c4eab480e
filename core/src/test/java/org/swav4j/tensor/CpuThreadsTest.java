package org.swav4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuThreadsTest {
    private static final int SIDE = 1500;
    private static final int PRODUCTS = 8;

    private final int before = torch.get_num_threads();

    @AfterEach
    void restore() {
        CpuThreads.use(before);
    }

    /** Cores that products of float32 matrices keep busy; other programs can make it fewer, and nothing more. */
    private static double coresOfProducts(IntConsumer threads, int count) {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        try (PointerScope scope = new PointerScope()) {
            threads.accept(count);
            Tensor a = torch.randn(SIDE, SIDE);
            a.mm(a);
            long cpu = system.getProcessCpuTime();
            long wall = System.nanoTime();
            for (int i = 0; i < PRODUCTS; i++) {
                a.mm(a).close();
            }
            return (double) (system.getProcessCpuTime() - cpu) / (System.nanoTime() - wall);
        }
    }

    /** The library that multiplies them does not heed libtorch's number, but takes all cores unless it is told. */
    @Test
    void matrixProductsTakeNoMoreThreadsThanAllowed() {
        assertThat(coresOfProducts(CpuThreads::use, 1)).isLessThan(1.5);
        assertThat(coresOfProducts(CpuThreads::useInTraining, 8)).isLessThan(1.5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void libtorchHasAsManyAsAllowed(int count) {
        CpuThreads.use(count);
        assertThat(torch.get_num_threads()).isEqualTo(count);
        CpuThreads.useInTraining(count + 1);
        assertThat(torch.get_num_threads()).isEqualTo(count + 1);
    }
}
