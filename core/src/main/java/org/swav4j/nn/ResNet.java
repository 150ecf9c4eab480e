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
import org.swav4j.comm.Collective;

/**
 * A residual trunk with global average pooling (He et al. 2015; paper, section 4). Tensor names are torchvision's:
 * {@code conv1}, {@code bn1}, {@code layer1.0.conv1} ... {@code layer4.2.bn3}, {@code layer1.0.downsample.0}. The stride of
 * a bottleneck sits on its 3×3 convolution.
 */
public final class ResNet {
    private final Stem stem;
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final List<Segment> segments = new ArrayList<>();
    /** Per stage the number of segments up to its end. */
    private final List<Integer> ends = new ArrayList<>();

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
        int channels = architecture.stemChannels();
        this.stem = stem;
        this.conv1 = switch (stem) {
            case IMAGENET -> new Conv2d(state.under("conv1"), 3, channels, 7, 2);
            case SMALL -> new Conv2d(state.under("conv1"), 3, channels, 3, 1);
            case SMALL_STRIDE2 -> new Conv2d(state.under("conv1"), 3, channels, 3, 2);
        };
        this.bn1 = new BatchNorm(state.under("bn1"), channels, collective);
        segments.add(this::begin);
        int in = channels;
        for (int stage = 0; stage < 4; stage++) {
            int inner = channels << stage;
            int out = architecture.bottleneck() ? 4 * inner : inner;
            for (int block = 0; block < architecture.blocks().get(stage); block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                ModuleState blockState = state.under("layer" + (stage + 1) + "." + block);
                Block made = new Block(blockState, in, inner, out, stride, architecture.bottleneck(), collective);
                segments.add(made::forward);
                in = out;
            }
            ends.add(segments.size());
        }
        Segment last = segments.remove(segments.size() - 1);
        segments.add((x, pass) -> pooled(last.forward(x, pass)));
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
            for (; done < ends.get(stage.ordinal()); done++) {
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
        Tensor x = relu_(bn1.forward(conv1.forward(pixels), pass));
        if (stem == Stem.IMAGENET) {
            long[] one = {1, 1};
            x = max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, one, one, false);
        }
        return x;
    }

    /** A residual block: two 3×3 convolutions, or 1×1–3×3–1×1. */
    private static final class Block {
        private final List<Conv2d> convolutions = new ArrayList<>();
        private final List<BatchNorm> norms = new ArrayList<>();
        private Conv2d downsample;
        private BatchNorm downsampleNorm;

        Block(ModuleState state, int in, int inner, int out, int stride, boolean bottleneck, Collective collective) {
            if (bottleneck) {
                add(state, in, inner, 1, 1, collective);
                add(state, inner, inner, 3, stride, collective);
                add(state, inner, out, 1, 1, collective);
            } else {
                add(state, in, inner, 3, stride, collective);
                add(state, inner, out, 3, 1, collective);
            }
            if (stride != 1 || in != out) {
                downsample = new Conv2d(state.under("downsample.0"), in, out, 1, stride);
                downsampleNorm = new BatchNorm(state.under("downsample.1"), out, collective);
            }
        }

        private void add(ModuleState state, int in, int out, int kernel, int stride, Collective collective) {
            int number = convolutions.size() + 1;
            convolutions.add(new Conv2d(state.under("conv" + number), in, out, kernel, stride));
            norms.add(new BatchNorm(state.under("bn" + number), out, collective));
        }

        Tensor forward(Tensor x, Pass pass) {
            Tensor y = x;
            int last = convolutions.size() - 1;
            for (int i = 0; i <= last; i++) {
                y = norms.get(i).forward(convolutions.get(i).forward(y), pass);
                if (i < last) {
                    y = relu_(y);
                }
            }
            Tensor shortcut = downsample == null ? x : downsampleNorm.forward(downsample.forward(x), pass);
            return relu_(y.add_(shortcut));
        }
    }
}
