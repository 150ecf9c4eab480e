package org.swav4j.nn;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;

/**
 * Batch normalisation over [N, C] or [N, C, H, W]: weight 1 and bias 0 at first, momentum 0.1, ε 1e-5. While training the
 * statistics are those of the batch over all ranks it is given.
 */
public final class BatchNorm {
    private static final double MOMENTUM = 0.1;
    /** Added to a variance before its root is taken. */
    public static final double EPSILON = 1e-5;

    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final Tensor batches;
    private final Collective collective;

    BatchNorm(ModuleState state, int channels, Collective collective) {
        this.weight = state.parameter("weight", 1, channels);
        this.bias = state.parameter("bias", 0, channels);
        this.runningMean = state.buffer("running_mean", 0, channels);
        this.runningVar = state.buffer("running_var", 1, channels);
        this.batches = state.counter("num_batches_tracked");
        this.collective = collective;
    }

    Tensor forward(Tensor x, Pass pass) {
        if (pass == Pass.TRAINING) {
            batches.add_(new Scalar(1L));
        }
        if (pass.usesBatchStatistics() && collective.world() > 1) {
            return synchronised(x, pass);
        }
        // without running statistics libtorch normalises by the batch's, as it does while it updates them
        boolean repeated = pass == Pass.REPEATED;
        return torch.batch_norm(
                x,
                new TensorOptional(weight),
                new TensorOptional(bias),
                repeated ? new TensorOptional() : new TensorOptional(runningMean),
                repeated ? new TensorOptional() : new TensorOptional(runningVar),
                pass.usesBatchStatistics(),
                MOMENTUM,
                EPSILON,
                true);
    }

    /** float64 [C]: what {@link Pass#INFERENCE} multiplies by. */
    Tensor scale() {
        Tensor variance = runningVar.to(ScalarType.Double).add(new Scalar(EPSILON));
        return weight.to(ScalarType.Double).div(variance.sqrt());
    }

    /** float64 [C]: what {@link Pass#INFERENCE} adds after that. */
    Tensor shift(Tensor scale) {
        return bias.to(ScalarType.Double).sub(runningMean.to(ScalarType.Double).mul(scale));
    }

    private Tensor synchronised(Tensor x, Pass pass) {
        SynchronisedStatistics statistics = SynchronisedStatistics.of(x, collective);
        if (pass == Pass.TRAINING) {
            addToRunning(statistics);
        }
        return statistics.normalise(x, weight, bias, EPSILON, collective);
    }

    private void addToRunning(SynchronisedStatistics statistics) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Scalar keep = new Scalar(1 - MOMENTUM);
            Scalar share = new Scalar(MOMENTUM);
            runningMean.mul_(keep).add_(statistics.mean(), share);
            runningVar.mul_(keep).add_(statistics.unbiasedVariance(), share);
        }
    }
}
