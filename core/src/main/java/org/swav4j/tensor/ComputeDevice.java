package org.swav4j.tensor;

import java.util.regex.Pattern;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Where tensors live: {@code cpu}, or {@code cuda:N}.
 *
 * @param name as the user writes it
 */
public record ComputeDevice(String name) {
    private static final Pattern NAME = Pattern.compile("cpu|cuda(:\\d{1,3})?");
    public static final ComputeDevice CPU = new ComputeDevice("cpu");

    public ComputeDevice {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a device: cpu, cuda or cuda:N");
        }
    }

    public DeviceType type() {
        return name.startsWith("cuda") ? DeviceType.CUDA : DeviceType.CPU;
    }

    public boolean isCuda() {
        return type() == DeviceType.CUDA;
    }

    /** Which of its kind it is, from 0. */
    public int index() {
        return name.contains(":") ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : 0;
    }

    /** The GPU so many places further on, for one of several processes on a machine; the CPU is the CPU. */
    public ComputeDevice next(int places) {
        return isCuda() && places > 0 ? new ComputeDevice("cuda:" + (index() + places)) : this;
    }

    /**
     * Sets what libtorch computes by on a GPU, for the process: float32 is float32, where libtorch lets convolutions round
     * their inputs to TF32's ten bits unless told otherwise; and cuDNN times its algorithms for every new shape and keeps
     * the fastest, so that two runs of one seed may differ in the last bits.
     */
    public void configure() {
        if (isCuda()) {
            Context context = torch.globalContext();
            context.setAllowTF32CuBLAS(false);
            context.setAllowTF32CuDNN(false);
            context.setBenchmarkCuDNN(true);
        }
    }

    /**
     * A GPU's memory, bytes, that of other programs included.
     *
     * @throws IllegalStateException if this is no GPU of this machine
     */
    public long memoryBytes() {
        try (Device device = toTorch()) {
            if (!device.is_cuda()) {
                throw new IllegalStateException("device '" + name + "' is no GPU");
            }
            torch.globalContext().lazyInitDevice(DeviceType.CUDA);
            try (SizeTPair freeAndTotal = torch.getMemoryInfo((byte) index())) {
                return freeAndTotal.second();
            }
        }
    }

    /**
     * The binding's device; the caller owns it.
     *
     * @throws IllegalStateException if this machine, or these natives, have no such device
     */
    public Device toTorch() {
        if (isCuda()) {
            int count = torch.cuda_is_available() ? Byte.toUnsignedInt(torch.cuda_device_count()) : 0;
            if (index() >= count) {
                throw new IllegalStateException("device '" + name + "' is not here: "
                        + (count == 0
                                ? "no CUDA device is visible, or the CPU natives are in use"
                                : count + " CUDA devices, counted from 0"));
            }
        }
        return new Device(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
