package org.swav4j.importer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.format.FormatException;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;

/**
 * Which ResNet a trunk is, by the shapes of its tensors, and which tensors that one has.
 *
 * @param arch its depth and width
 */
record TrunkShapes(Architecture arch, Stem stem) {
    private static final List<String> VECTORS = List.of("weight", "bias", "running_mean", "running_var");

    /**
     * Recognises it by the first convolution, the number of blocks, and their kind.
     *
     * @param shapes by our names
     * @param stem what the user says, or null: shapes do not tell the stride
     * @throws FormatException if it is no member of the family
     */
    static TrunkShapes recognise(Path file, Map<String, long[]> shapes, Stem stem) throws FormatException {
        long[] first = shapes.get("conv1.weight");
        if (first == null || first.length != 4 || first[1] != 3 || first[0] < 1 || first[0] > 1024) {
            throw new FormatException(
                    file,
                    "'conv1.weight' is " + (first == null ? "missing" : java.util.Arrays.toString(first))
                            + "; a ResNet begins with [64, 3, 7, 7] or [64, 3, 3, 3], times its width");
        }
        long kernel = first[2];
        if (first[3] != kernel || (kernel != 7 && kernel != 3)) {
            throw new FormatException(file, "'conv1.weight' has a kernel of " + kernel + "; 7 and 3 are known");
        }
        Stem found = kernel == 7 ? Stem.IMAGENET : Stem.SMALL;
        if (stem != null && (stem == Stem.IMAGENET) != (found == Stem.IMAGENET)) {
            throw new FormatException(
                    file, "--stem: '" + stem + "' does not fit: 'conv1.weight' has a kernel of " + kernel);
        }
        return new TrunkShapes(architecture(file, shapes, first[0]), stem != null ? stem : found);
    }

    private static Architecture architecture(Path file, Map<String, long[]> shapes, long channels)
            throws FormatException {
        int[] blocks = new int[4];
        for (int stage = 0; stage < 4; stage++) {
            while (shapes.containsKey("layer" + (stage + 1) + "." + blocks[stage] + ".conv1.weight")) {
                blocks[stage]++;
            }
        }
        boolean bottleneck = shapes.containsKey("layer1.0.conv3.weight");
        for (String name : Architecture.known()) {
            Architecture each = Architecture.parse(name);
            if (each.bottleneck() == bottleneck
                    && java.util.Arrays.equals(
                            blocks, each.blocks().stream().mapToInt(b -> b).toArray())) {
                return widened(file, each, channels);
            }
        }
        throw new FormatException(
                file,
                "its stages have " + java.util.Arrays.toString(blocks) + (bottleneck ? " bottleneck" : " basic")
                        + " blocks, as none of " + String.join(", ", Architecture.known()) + " has");
    }

    private static Architecture widened(Path file, Architecture base, long channels) throws FormatException {
        if (channels == 64) {
            return base;
        }
        String width = String.format(Locale.ROOT, "%.3f", channels / 64.0).replaceFirst("\\.?0+$", "");
        Architecture arch;
        try {
            arch = Architecture.parse(base.name() + "w" + width);
        } catch (IllegalArgumentException e) {
            throw new FormatException(file, e.getMessage(), e);
        }
        if (arch.stemChannels() != channels) {
            throw new FormatException(file, "'conv1.weight' has " + channels + " channels, which no width gives");
        }
        return arch;
    }

    /** The tensors of such a trunk, by name. */
    Map<String, long[]> expected() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        int channels = arch.stemChannels();
        int kernel = stem == Stem.IMAGENET ? 7 : 3;
        shapes.put("conv1.weight", new long[] {channels, 3, kernel, kernel});
        norm(shapes, "bn1", channels);
        long in = channels;
        for (int stage = 0; stage < 4; stage++) {
            long inner = (long) channels << stage;
            long out = arch.bottleneck() ? 4 * inner : inner;
            for (int block = 0; block < arch.blocks().get(stage); block++) {
                String at = "layer" + (stage + 1) + "." + block + ".";
                if (arch.bottleneck()) {
                    convolution(shapes, at, 1, inner, in, 1);
                    convolution(shapes, at, 2, inner, inner, 3);
                    convolution(shapes, at, 3, out, inner, 1);
                } else {
                    convolution(shapes, at, 1, inner, in, 3);
                    convolution(shapes, at, 2, out, inner, 3);
                }
                if (block == 0 && (stage > 0 || in != out)) {
                    shapes.put(at + "downsample.0.weight", new long[] {out, in, 1, 1});
                    norm(shapes, at + "downsample.1", out);
                }
                in = out;
            }
        }
        return shapes;
    }

    private static void convolution(Map<String, long[]> shapes, String at, int number, long out, long in, int kernel) {
        shapes.put(at + "conv" + number + ".weight", new long[] {out, in, kernel, kernel});
        norm(shapes, at + "bn" + number, out);
    }

    static void norm(Map<String, long[]> shapes, String at, long channels) {
        VECTORS.forEach(name -> shapes.put(at + "." + name, new long[] {channels}));
        shapes.put(at + "." + "num_batches_tracked", new long[0]);
    }
}
