package org.swav4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeDeviceTest {
    @Test
    void knowsItsType() {
        assertThat(ComputeDevice.CPU.type()).isEqualTo(DeviceType.CPU);
        assertThat(new ComputeDevice("cuda").type()).isEqualTo(DeviceType.CUDA);
        assertThat(new ComputeDevice("cuda:3").type()).isEqualTo(DeviceType.CUDA);
        assertThat(new ComputeDevice("cuda:3")).hasToString("cuda:3");
    }

    @Test
    void theCpuIsAlwaysHere() {
        try (Device device = ComputeDevice.CPU.toTorch()) {
            assertThat(device.is_cpu()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CPU", "gpu", "cuda:", "cuda:-1", "cuda:1234", "cpu:0", "mps", "cuda:0 "})
    void refusesOtherNames(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ComputeDevice(name))
                .withMessage("'" + name + "' is not a device: cpu, cuda or cuda:N");
    }

    @Test
    void saysThatAGpuIsNotHere() {
        assumeFalse(torch.cuda_is_available(), "a CUDA device is here");
        assertThatIllegalStateException()
                .isThrownBy(() -> new ComputeDevice("cuda:1").toTorch())
                .withMessage("device 'cuda:1' is not here: no CUDA device is visible, or the CPU natives are in use");
    }
}
