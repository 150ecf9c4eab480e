package org.swav4j.tensor;

import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
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

    /**
     * The binding's device; the caller owns it.
     *
     * @throws IllegalStateException if this machine, or these natives, have no such device
     */
    public Device toTorch() {
        if (type() == DeviceType.CUDA) {
            int index = name.contains(":") ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : 0;
            int count = torch.cuda_is_available() ? Byte.toUnsignedInt(torch.cuda_device_count()) : 0;
            if (index >= count) {
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
