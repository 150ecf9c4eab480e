package org.swav4j.export;

import java.util.ArrayList;
import java.util.List;

/**
 * What is exported, and how.
 *
 * @param format kind of file
 * @param part how much of the network
 * @param size side in pixels of the images that a graph takes, and of those it is compared on
 * @param dynamic whether an ONNX graph takes any number of images at once, else one; a TorchScript program always does
 * @param foldBatchNorm whether batch norm is folded into the convolutions of a graph
 * @param half whether weights are rounded to float16; only of files without operations
 * @param withPreprocessing whether a graph takes uint8 RGB [N, size, size, 3], else normalised float32 [N, 3, size, size]
 */
public record ExportConfig(
        ExportFormat format,
        ExportedPart part,
        int size,
        boolean dynamic,
        boolean foldBatchNorm,
        boolean half,
        boolean withPreprocessing) {
    /** Weights alone, as they are. */
    public static ExportConfig weights(ExportFormat format, ExportedPart part, int size) {
        return new ExportConfig(format, part, size, false, false, false, false);
    }

    /** What a graph calls that which goes in. */
    String input() {
        return withPreprocessing ? "images" : "pixels";
    }

    /** What does not go together, each with the option's name in front; empty if all does. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (size < 8 || size > 2048) {
            problems.add("--size: '" + size + "': must be from 8 to 2048");
        }
        if (half && format.isGraph()) {
            problems.add("--half: is for safetensors and pytorch; " + format + " is written in float32");
        }
        if (!format.isGraph()) {
            String none = ": is for torchscript and onnx; " + format + " holds weights and no operations";
            if (foldBatchNorm) {
                problems.add("--fold-bn" + none);
            }
            if (withPreprocessing) {
                problems.add("--with-preprocessing" + none);
            }
            if (dynamic) {
                problems.add("--dynamic" + none);
            }
        }
        return problems;
    }
}
