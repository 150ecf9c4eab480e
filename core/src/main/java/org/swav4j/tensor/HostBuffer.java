package org.swav4j.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Memory that a device is fed from: page-locked where that is a GPU, so that it copies by itself while the host goes on. Owned
 * by whoever made it, until closed.
 */
public final class HostBuffer implements AutoCloseable {
    private final StateDict owned = new StateDict();
    private final BytePointer bytes;

    /** Takes {@code size} bytes of host memory. */
    public HostBuffer(ComputeDevice device, long size) {
        if (!device.isCuda()) {
            bytes = new BytePointer(size);
            return;
        }
        Tensor locked;
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions(ScalarType.Byte).pinned_memory(new BoolOptional(true));
            locked = owned.add("bytes", torch.empty(new long[] {size}, options, new MemoryFormatOptional()));
        }
        bytes = new BytePointer(locked.data_ptr()).capacity(size);
    }

    /** The memory; stays owned by this. */
    public BytePointer bytes() {
        return bytes;
    }

    @Override
    public void close() {
        bytes.close();
        owned.close();
    }
}
