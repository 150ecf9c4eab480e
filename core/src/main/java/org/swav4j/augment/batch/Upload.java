package org.swav4j.augment.batch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Brings numbers to the device where other tensors lie, without waiting for it. */
public final class Upload {
    private Upload() {}

    /** float32, of the shape given. */
    static Tensor floats(float[] values, Tensor to, long... shape) {
        return send(torch.tensor(values, new TensorOptions(ScalarType.Float)), to)
                .view(shape);
    }

    /** int64 [n]. */
    public static Tensor longs(long[] values, Tensor to) {
        return send(torch.tensor(values, new TensorOptions(ScalarType.Long)), to);
    }

    private static Tensor send(Tensor values, Tensor to) {
        if (!to.is_cuda()) {
            return values;
        }
        // page-locked memory is copied while the host goes on
        try (Device device = to.device()) {
            return values.pin_memory().to(device, values.scalar_type(), true, false, new MemoryFormatOptional());
        }
    }
}
