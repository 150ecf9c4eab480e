package org.swav4j.nn;

import java.util.List;

/**
 * Floating-point operations of the networks, for comparing a speed with what the machine could do. Counted are the
 * multiplications and additions of convolutions and matrix products, two for each multiply-add; biases, batch norm, activations,
 * pooling and the optimiser are not, as is usual. ResNet-50 at 224 pixels has 8.17 GFLOPs forward by that, which the literature
 * gives as 4.1 billion multiply-adds.
 *
 * <p>A training step costs three forward passes, one for the gradient of the inputs and one for that of the weights, less what is
 * not computed: the gradient of the pixels.
 */
public final class FlopCount {
    private static final int FORWARD_AND_BACKWARD = 3;

    private final Architecture architecture;
    private final Stem stem;

    public FlopCount(Architecture architecture, Stem stem) {
        this.architecture = architecture;
        this.stem = stem;
    }

    /** The trunk's forward pass on one crop of {@code side} × {@code side} pixels. */
    public long trunk(int side) {
        int channels = architecture.stemChannels();
        int at = stem == Stem.SMALL ? side : halved(side);
        long flops = firstConvolution(side);
        if (stem == Stem.IMAGENET) {
            at = halved(at);
        }
        int in = channels;
        for (int stage = 0; stage < 4; stage++) {
            int inner = channels << stage;
            int out = architecture.bottleneck() ? 4 * inner : inner;
            for (int block = 0; block < architecture.blocks().get(stage); block++) {
                int after = stage > 0 && block == 0 ? halved(at) : at;
                if (architecture.bottleneck()) {
                    flops += convolution(in, inner, 1, at)
                            + convolution(inner, inner, 3, after)
                            + convolution(inner, out, 1, after);
                } else {
                    flops += convolution(in, inner, 3, after) + convolution(inner, out, 3, after);
                }
                if (after != at || in != out) {
                    flops += convolution(in, out, 1, after);
                }
                at = after;
                in = out;
            }
        }
        return flops;
    }

    /** The trunk's part of a training step for one crop of {@code side} × {@code side} pixels. */
    public long trunkTraining(int side) {
        return FORWARD_AND_BACKWARD * trunk(side) - firstConvolution(side);
    }

    /**
     * The projection head's part of a training step for one crop.
     *
     * @param hidden width of the hidden layer; 0 for one linear layer
     * @param dim D
     */
    public long headTraining(int hidden, int dim) {
        long features = architecture.features();
        long weights = hidden == 0 ? features * dim : features * hidden + (long) hidden * dim;
        return FORWARD_AND_BACKWARD * 2 * weights;
    }

    /** The scores' part of a training step for one crop: embeddings [D] times prototypes [K, D] of each head. */
    public static long scoresTraining(int dim, List<Integer> prototypes) {
        return FORWARD_AND_BACKWARD * scores(1, dim, prototypes);
    }

    /** Scores without a gradient, such as those of {@code rows} past embeddings in a queue. */
    public static long scores(long rows, int dim, List<Integer> prototypes) {
        return prototypes.stream().mapToLong(k -> 2 * rows * dim * k).sum();
    }

    /** The codes of one assigned crop: two matrix–vector products with scores [rows, K] in each iteration. */
    public static long codes(long rows, int iterations, List<Integer> prototypes) {
        return prototypes.stream().mapToLong(k -> 2 * 2 * rows * k * iterations).sum();
    }

    private long firstConvolution(int side) {
        int channels = architecture.stemChannels();
        return switch (stem) {
            case IMAGENET -> convolution(3, channels, 7, halved(side));
            case SMALL -> convolution(3, channels, 3, side);
            case SMALL_STRIDE2 -> convolution(3, channels, 3, halved(side));
        };
    }

    /** @param side of the output */
    private static long convolution(long in, long out, int kernel, long side) {
        return 2 * in * out * kernel * kernel * side * side;
    }

    /** A side after a convolution or pooling of stride 2, padded to keep the size. */
    private static int halved(int side) {
        return (side + 1) / 2;
    }
}
