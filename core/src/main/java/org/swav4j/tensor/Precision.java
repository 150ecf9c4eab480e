package org.swav4j.tensor;

import static org.bytedeco.pytorch.global.torch.clear_cache;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Arithmetic of the forward and backward pass; parameters are float32 in either case. */
public enum Precision {
    /** Everything in float32: what parity with the reference is measured in. */
    FP32,
    /** bfloat16 where libtorch's autocast deems it safe (convolutions, linear layers). */
    BF16;

    /** A region of code; closing it ends the region. */
    public interface Region extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * The precision of a name.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static Precision parse(String name) {
        return Arrays.stream(values())
                .filter(p -> p.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is not a precision: "
                        + Arrays.stream(values()).map(Precision::toString).collect(Collectors.joining(", "))));
    }

    /**
     * Makes the calling thread compute in this precision until the region is closed; regions do not nest. Weights cast
     * to bfloat16 are cached within a region, so close it before the weights change.
     */
    public Region on(DeviceType device) {
        if (this == FP32) {
            return () -> {};
        }
        set_autocast_dtype(device, ScalarType.BFloat16);
        set_autocast_enabled(device, true);
        return () -> {
            clear_cache();
            set_autocast_enabled(device, false);
        };
    }

    /** Of weights that are only ever computed with in this precision. */
    public ScalarType type() {
        return this == BF16 ? ScalarType.BFloat16 : ScalarType.Float;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
