package org.swav4j.nn;

import static org.bytedeco.pytorch.global.torch.adaptive_avg_pool2d;
import static org.bytedeco.pytorch.global.torch.max_pool2d;
import static org.bytedeco.pytorch.global.torch.relu_;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;
import org.swav4j.tensor.StateDict;

/**
 * A residual trunk with global average pooling (He et al. 2015; paper, section 4). Tensor names are torchvision's:
 * {@code conv1}, {@code bn1}, {@code layer1.0.conv1} ... {@code layer4.2.bn3}, {@code layer1.0.downsample.0}. The stride of
 * a bottleneck sits on its 3×3 convolution.
 */
public final class ResNet {
    private final Stem stem;
    private final ConvNorm first;
    private final List<Block> blocks;
    private final List<Segment> segments = new ArrayList<>();
    /** Per stage the number of segments up to its end. */
    private final List<Integer> ends;

    /**
     * A part of the trunk that can be run again by itself: its output depends on its input alone, which it does not change.
     */
    @FunctionalInterface
    public interface Segment {
        /** Runs it on x [N, C, H, W]. */
        Tensor forward(Tensor x, Pass pass);
    }

    /**
     * Builds the trunk with fresh weights from the default generator.
     *
     * @param state where its tensors go
     */
    public ResNet(ModuleState state, Architecture architecture, Stem stem, Collective collective) {
        // the order in which weights are drawn: the stem's first
        this(
                stem,
                first(state, architecture, stem, collective),
                blocks(state, architecture, collective),
                ends(architecture));
    }

    private ResNet(Stem stem, ConvNorm first, List<Block> blocks, List<Integer> ends) {
        this.stem = stem;
        this.first = first;
        this.blocks = blocks;
        this.ends = ends;
        segments.add(this::begin);
        blocks.forEach(block -> segments.add(block::forward));
        Segment last = segments.remove(segments.size() - 1);
        segments.add((x, pass) -> pooled(last.forward(x, pass)));
    }

    private static List<Integer> ends(Architecture architecture) {
        List<Integer> ends = new ArrayList<>();
        int segments = 1;
        for (int blocks : architecture.blocks()) {
            segments += blocks;
            ends.add(segments);
        }
        return ends;
    }

    private static ConvNorm first(ModuleState state, Architecture architecture, Stem stem, Collective collective) {
        int channels = architecture.stemChannels();
        Conv2d convolution = switch (stem) {
            case IMAGENET -> new Conv2d(state.under("conv1"), 3, channels, 7, 2);
            case SMALL -> new Conv2d(state.under("conv1"), 3, channels, 3, 1);
            case SMALL_STRIDE2 -> new Conv2d(state.under("conv1"), 3, channels, 3, 2);
        };
        return new ConvNorm(convolution, new BatchNorm(state.under("bn1"), channels, collective));
    }

    private static List<Block> blocks(ModuleState state, Architecture architecture, Collective collective) {
        List<Block> blocks = new ArrayList<>();
        int in = architecture.stemChannels();
        for (int stage = 0; stage < 4; stage++) {
            int inner = architecture.stemChannels() << stage;
            int out = architecture.bottleneck() ? 4 * inner : inner;
            for (int block = 0; block < architecture.blocks().get(stage); block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                ModuleState blockState = state.under("layer" + (stage + 1) + "." + block);
                blocks.add(Block.of(blockState, in, inner, out, stride, architecture.bottleneck(), collective));
                in = out;
            }
        }
        return blocks;
    }

    /**
     * The same trunk for {@link Pass#INFERENCE} alone, every batch norm made part of the convolution before it: the same
     * features but for rounding, with fewer passes over memory. Later changes of this trunk's weights do not reach it.
     *
     * @param type of its weights
     * @param owner receives them
     */
    public ResNet folded(ScalarType type, StateDict owner) {
        List<Block> folded = new ArrayList<>();
        ConvNorm begin = first.folded(type, owner);
        blocks.forEach(block -> folded.add(block.folded(type, owner)));
        return new ResNet(stem, begin, folded, ends);
    }

    /** The trunk in parts, in order: the stem, then each residual block, the last one with the pooling. */
    public List<Segment> segments() {
        return List.copyOf(segments);
    }

    /**
     * Pooled features.
     *
     * @param pixels [N, 3, H, W], normalised
     * @return [N, F], F = {@link Architecture#features}
     */
    public Tensor forward(Tensor pixels, Pass pass) {
        Tensor x = pixels;
        for (Segment segment : segments) {
            x = segment.forward(x, pass);
        }
        return x;
    }

    /**
     * Features at the ends of stages, each averaged over all places; nothing behind the last of them is computed.
     *
     * @param pixels [N, 3, H, W], normalised
     * @return per stage, in the order asked for, [N, F], F = {@link Architecture#features(Stage)}
     */
    public List<Tensor> forward(Tensor pixels, Pass pass, List<Stage> stages) {
        Map<Stage, Tensor> found = new EnumMap<>(Stage.class);
        Tensor x = pixels;
        int done = 0;
        for (Stage stage : Stage.values()) {
            if (found.size() == Set.copyOf(stages).size()) {
                break;
            }
            for (; done < ends.get(stage.place()); done++) {
                x = segments.get(done).forward(x, pass);
            }
            if (stages.contains(stage)) {
                found.put(stage, done == segments.size() ? x : pooled(x));
            }
        }
        return stages.stream().map(found::get).toList();
    }

    private static Tensor pooled(Tensor x) {
        return adaptive_avg_pool2d(x, 1, 1).flatten(1, -1);
    }

    private Tensor begin(Tensor pixels, Pass pass) {
        Tensor x = relu_(first.forward(pixels, pass));
        if (stem == Stem.IMAGENET) {
            long[] one = {1, 1};
            x = max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, one, one, false);
        }
        return x;
    }

    /** A residual block: two 3×3 convolutions, or 1×1–3×3–1×1; {@code downsample} is null where the shortcut is x itself. */
    private record Block(List<ConvNorm> layers, ConvNorm downsample) {
        static Block of(
                ModuleState state, int in, int inner, int out, int stride, boolean bottleneck, Collective collective) {
            List<ConvNorm> layers = new ArrayList<>();
            if (bottleneck) {
                add(layers, state, in, inner, 1, 1, collective);
                add(layers, state, inner, inner, 3, stride, collective);
                add(layers, state, inner, out, 1, 1, collective);
            } else {
                add(layers, state, in, inner, 3, stride, collective);
                add(layers, state, inner, out, 3, 1, collective);
            }
            ConvNorm downsample = null;
            if (stride != 1 || in != out) {
                Conv2d convolution = new Conv2d(state.under("downsample.0"), in, out, 1, stride);
                downsample = new ConvNorm(convolution, new BatchNorm(state.under("downsample.1"), out, collective));
            }
            return new Block(layers, downsample);
        }

        private static void add(
                List<ConvNorm> layers,
                ModuleState state,
                int in,
                int out,
                int kernel,
                int stride,
                Collective collective) {
            int number = layers.size() + 1;
            Conv2d convolution = new Conv2d(state.under("conv" + number), in, out, kernel, stride);
            layers.add(new ConvNorm(convolution, new BatchNorm(state.under("bn" + number), out, collective)));
        }

        Block folded(ScalarType type, StateDict owner) {
            List<ConvNorm> folded = new ArrayList<>();
            layers.forEach(layer -> folded.add(layer.folded(type, owner)));
            return new Block(folded, downsample == null ? null : downsample.folded(type, owner));
        }

        Tensor forward(Tensor x, Pass pass) {
            Tensor y = x;
            int last = layers.size() - 1;
            for (int i = 0; i <= last; i++) {
                y = layers.get(i).forward(y, pass);
                if (i < last) {
                    y = relu_(y);
                }
            }
            Tensor shortcut = downsample == null ? x : downsample.forward(x, pass);
            return relu_(y.add_(shortcut));
        }
    }
}
