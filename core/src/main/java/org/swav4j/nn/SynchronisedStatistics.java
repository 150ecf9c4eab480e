package org.swav4j.nn;

import java.util.Arrays;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.FunctionPostHook;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;

/**
 * Per-channel mean and biased variance of one batch spread over all ranks, whose shares may differ in size. Nothing is read
 * back, so that no GPU is waited for.
 *
 * @param mean [C], float32, or float64 of such numbers
 * @param variance [C], of the same type, divided by {@code count}
 * @param count values per channel over all ranks, float64 scalar
 */
record SynchronisedStatistics(Tensor mean, Tensor variance, Tensor count) {
    /** Collective: every rank must call, with its share x [N, C, ...] of the batch. */
    static SynchronisedStatistics of(Tensor x, Collective collective) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            long channels = x.size(1);
            T_TensorTensor_T local = local(x, channels);
            Scalar n = new Scalar((double) (x.numel() / channels));
            // merged by moments in float64: E[x²] − E[x]² would cancel in float32
            Tensor localMean = local.get0().to(ScalarType.Double);
            Tensor localSquare = local.get1().to(ScalarType.Double).add_(localMean.mul(localMean));
            Tensor localCount = torch.ones(new long[] {1}, new TensorOptions(localMean.options()));
            Tensor moments = torch.cat(new TensorVector(localMean, localSquare, localCount), 0)
                    .mul_(n);
            collective.sum(moments);
            Tensor count = moments.select(0, 2 * channels).clone();
            moments.div_(count);
            Tensor mean = moments.narrow(0, 0, channels);
            Tensor variance =
                    moments.narrow(0, channels, channels).sub(mean.mul(mean)).clamp_min_(new Scalar(0.0));
            ScalarType type = typeFor(x);
            return new SynchronisedStatistics(mean.to(type), variance.to(type), count);
        }
    }

    /** What is added up in. */
    private static ScalarType typeFor(Tensor x) {
        return x.scalar_type().intern() == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
    }

    /**
     * Of this rank's share, in float32 at least. For numbers of less precision libtorch computes them so only where there are running
     * statistics, so it is given some that are not kept.
     */
    private static T_TensorTensor_T local(Tensor x, long channels) {
        if (x.scalar_type().intern() == typeFor(x)) {
            return torch.batch_norm_update_stats(x, new TensorOptional(), new TensorOptional(), 0.0);
        }
        TensorOptions single = new TensorOptions(ScalarType.Float).device(new DeviceOptional(x.device()));
        Tensor unused = torch.zeros(new long[] {channels}, single);
        return torch.batch_norm_update_stats(x, new TensorOptional(unused), new TensorOptional(unused.clone()), 0.0);
    }

    /** Variance as running statistics have it, divided by one less. */
    Tensor unbiasedVariance() {
        return variance.mul(count.div(count.sub(new Scalar(1.0)).clamp_min_(new Scalar(1.0))));
    }

    /**
     * Batch norm with these statistics, differentiable through them. libtorch's evaluation-mode batch norm does the work;
     * a hook on its node adds to the input's gradient what the statistics' dependence on the input contributes, summed
     * over all ranks. Collective in the forward and in the backward pass.
     */
    Tensor normalise(Tensor x, Tensor weight, Tensor bias, double epsilon, Collective collective) {
        Tensor y = torch.batch_norm(
                x,
                new TensorOptional(weight),
                new TensorOptional(bias),
                new TensorOptional(mean),
                new TensorOptional(variance),
                false,
                0.0,
                epsilon,
                false);
        if (y.requires_grad()) {
            // the step's scope owns the hook and so keeps it alive until backward is over
            y.grad_fn().add_post_hook(new InputGradient(this, x.detach(), weight.detach(), epsilon, collective));
        }
        return y;
    }

    /** dx = w·σ⁻¹·(dy − mean(dy) − x̂·mean(dy·x̂)): the node gave the first term, this adds the other two. */
    private static final class InputGradient extends FunctionPostHook {
        private final SynchronisedStatistics statistics;
        private final Tensor x;
        private final Tensor weight;
        private final double epsilon;
        private final Collective collective;

        InputGradient(
                SynchronisedStatistics statistics, Tensor x, Tensor weight, double epsilon, Collective collective) {
            this.statistics = statistics;
            this.x = x;
            this.weight = weight;
            this.epsilon = epsilon;
            this.collective = collective;
        }

        @Override
        public TensorVector apply(TensorVector gradients, TensorVector incoming) {
            try (NoGradGuard noGrad = new NoGradGuard()) {
                Tensor dx = gradients.get(0);
                long channels = statistics.mean.numel();
                ScalarType type = typeFor(x);
                Tensor sums = torch.cat(
                        new TensorVector(
                                gradients.get(2).to(type), // Σ dy
                                gradients.get(1).to(type)), // Σ dy·x̂
                        0);
                collective.sum(sums);
                Tensor inverse = statistics.variance.add(new Scalar(epsilon)).rsqrt_();
                Tensor scale = weight.mul(inverse).div_(statistics.count.neg());
                Tensor slope = scale.mul(inverse).mul_(sums.narrow(0, channels, channels));
                Tensor offset = scale.mul(sums.narrow(0, 0, channels)).sub_(slope.mul(statistics.mean));
                long[] shape = new long[(int) dx.dim()];
                Arrays.fill(shape, 1);
                shape[1] = channels;
                return new TensorVector(
                        corrected(dx, slope.view(shape), offset.view(shape)), gradients.get(1), gradients.get(2));
            }
        }

        /** dx + x·slope + offset, rounded once. */
        private Tensor corrected(Tensor dx, Tensor slope, Tensor offset) {
            if (dx.scalar_type().intern() == typeFor(x)) {
                return dx.addcmul_(x, slope).add_(offset);
            }
            Tensor exact = dx.to(ScalarType.Float).addcmul_(x.to(ScalarType.Float), slope);
            return exact.add_(offset).to(dx.scalar_type());
        }
    }
}
