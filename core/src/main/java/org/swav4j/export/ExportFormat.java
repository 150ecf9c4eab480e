package org.swav4j.export;

import java.util.Arrays;
import java.util.Locale;

/** What kind of file a network is written to. */
public enum ExportFormat {
    /** Named tensors, Hugging Face's format. */
    SAFETENSORS,
    /** Named tensors as Python's {@code torch.save} writes a state dict. */
    PYTORCH,
    /** The network with its operations, for PyTorch, libtorch and DJL. */
    TORCHSCRIPT,
    /** The network with its operations, for ONNX Runtime and others. */
    ONNX;

    /**
     * The format of a name.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static ExportFormat parse(String name) {
        return Arrays.stream(values())
                .filter(f -> f.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + name + "': must be safetensors, pytorch, torchscript or onnx"));
    }

    /** Whether the file holds operations, so that it can be run without knowing the architecture. */
    public boolean isGraph() {
        return this == TORCHSCRIPT || this == ONNX;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
