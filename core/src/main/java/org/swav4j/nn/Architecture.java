package org.swav4j.nn;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One member of the ResNet family: its blocks per stage, block kind and width. Named as torchvision and the paper name
 * them: {@code resnet18}, {@code resnet50}, {@code resnet50w2} (every channel count doubled). A fractional width such as
 * {@code resnet18w0.5}, or one block per stage, {@code resnet10}, makes a lighter trunk for small machines.
 *
 * @param name canonical name, as {@link #parse} takes it
 * @param blocks residual blocks of the four stages
 * @param bottleneck 1×1–3×3–1×1 blocks with fourfold output (50 layers and more), else two 3×3
 * @param width factor on every channel count (paper, section 4.3: 2, 4, 5)
 */
public record Architecture(String name, List<Integer> blocks, boolean bottleneck, double width) {
    private static final Map<Integer, Architecture> DEPTHS = new TreeMap<>(Map.of(
            10, new Architecture("resnet10", List.of(1, 1, 1, 1), false, 1),
            18, new Architecture("resnet18", List.of(2, 2, 2, 2), false, 1),
            34, new Architecture("resnet34", List.of(3, 4, 6, 3), false, 1),
            50, new Architecture("resnet50", List.of(3, 4, 6, 3), true, 1),
            101, new Architecture("resnet101", List.of(3, 4, 23, 3), true, 1),
            152, new Architecture("resnet152", List.of(3, 8, 36, 3), true, 1)));
    private static final Pattern NAME = Pattern.compile("resnet(\\d{1,4})(?:w(\\d{1,2}(?:\\.\\d{1,3})?))?");

    public Architecture {
        blocks = List.copyOf(blocks);
        if (blocks.size() != 4 || blocks.stream().anyMatch(b -> b < 1)) {
            throw new IllegalArgumentException("'" + name + "': four stages of at least one block, not " + blocks);
        }
        if (!(width > 0) || Math.round(64 * width) < 1) {
            throw new IllegalArgumentException("'" + name + "': width must be positive, not " + width);
        }
    }

    /**
     * The architecture of a name.
     *
     * @param name {@code resnet10|18|34|50|101|152}, optionally with a width: {@code w2}, {@code w0.5}
     * @throws IllegalArgumentException naming the known ones
     */
    public static Architecture parse(String name) {
        Matcher matcher = NAME.matcher(name);
        Architecture base = matcher.matches() ? DEPTHS.get(Integer.parseInt(matcher.group(1))) : null;
        if (base == null) {
            throw new IllegalArgumentException("'" + name + "' is not an architecture: " + String.join(", ", known())
                    + ", each with an optional width as in resnet50w2 or resnet18w0.5");
        }
        double width = matcher.group(2) == null ? 1 : Double.parseDouble(matcher.group(2));
        if (width < 1.0 / 64 || width > 16) {
            throw new IllegalArgumentException("'" + name + "': width must lie between 0.016 and 16");
        }
        return width == 1 ? base : new Architecture(name, base.blocks, base.bottleneck, width);
    }

    /** The names without a width. */
    public static List<String> known() {
        return DEPTHS.values().stream().map(Architecture::name).toList();
    }

    /** Channels of the stem: 64 at width 1. */
    public int stemChannels() {
        return (int) Math.round(64 * width);
    }

    /** Length of the pooled feature vector: 512 or 2048 at width 1. */
    public int features() {
        return stemChannels() * 8 * (bottleneck ? 4 : 1);
    }

    /** Channels at the end of a stage. */
    public int features(Stage stage) {
        return (stemChannels() << stage.place()) * (bottleneck ? 4 : 1);
    }

    @Override
    public String toString() {
        return name;
    }
}
