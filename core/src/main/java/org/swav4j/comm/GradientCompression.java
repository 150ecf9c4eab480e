package org.swav4j.comm;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** In what type gradients travel between ranks. They are float32 before and after. */
public enum GradientCompression {
    /** Exactly as they are. */
    NONE(ScalarType.Float),
    /** Half the bytes, and eight bits of every number. */
    BF16(ScalarType.BFloat16);

    private final ScalarType type;

    GradientCompression(ScalarType type) {
        this.type = type;
    }

    ScalarType type() {
        return type;
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
