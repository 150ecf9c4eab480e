package org.swav4j.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** libtorch's default CPU generator, which is one for the whole process. Weights are initialised from it. */
public final class RandomState {
    private RandomState() {}

    /** Starts the generator from a seed. */
    public static void seed(long seed) {
        torch.manual_seed(seed);
    }

    /** Does something that draws numbers, from a seed of its own: the generator goes on as if nothing had been drawn. */
    public static void apart(long seed, Runnable drawing) {
        byte[] before = capture();
        try (PointerScope scope = new PointerScope()) {
            torch.getDefaultCPUGenerator().set_current_seed(seed);
            drawing.run();
        } finally {
            restore(before);
        }
    }

    /** The generator's state, opaque bytes. */
    public static byte[] capture() {
        try (PointerScope scope = new PointerScope()) {
            Tensor state = torch.getDefaultCPUGenerator().get_state();
            byte[] bytes = new byte[Math.toIntExact(state.numel())];
            new BytePointer(state.data_ptr()).get(bytes);
            return bytes;
        }
    }

    /** Continues from a {@linkplain #capture captured} state. */
    public static void restore(byte[] bytes) {
        try (PointerScope scope = new PointerScope()) {
            Tensor state = torch.empty(
                    new long[] {bytes.length}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
            new BytePointer(state.data_ptr()).put(bytes);
            torch.getDefaultCPUGenerator().set_state(state);
        }
    }
}
