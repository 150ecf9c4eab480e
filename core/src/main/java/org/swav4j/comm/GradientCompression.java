package org.swav4j.comm;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** In what type gradients travel between ranks. Before and after they are of their parameters' type. */
public enum GradientCompression {
    /** Exactly as they are. */
    NONE,
    /** Half the bytes, and eight bits of every number. */
    BF16;

    /** Of what type gradients of a type are on the way. */
    ScalarType onTheWay(ScalarType gradients) {
        return this == BF16 ? ScalarType.BFloat16 : gradients;
    }

    /** The inverse of {@link #toString}. */
    public static GradientCompression parse(String name) {
        return switch (name) {
            case "none" -> NONE;
            case "bf16" -> BF16;
            default -> throw new IllegalArgumentException("'" + name + "': must be none or bf16");
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
