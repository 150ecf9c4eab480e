package org.swav4j.train;

import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;
import org.swav4j.method.Swav;

/**
 * What the first head's codes look like: how evenly the prototypes are used, and how decided the codes are. Usage is
 * remembered over about the last twenty observed steps, as one batch shows only some prototypes. Of several ranks' whole batch;
 * every rank must observe the same steps.
 */
final class CodeStatistics implements StepObserver {
    private static final double MEMORY = 0.95;

    private final double[] usage;
    private final Collective collective;
    private double maxCode = Double.NaN;

    CodeStatistics(int prototypes, Collective collective) {
        this.usage = new double[prototypes];
        this.collective = collective;
    }

    /** What is remembered from step to step, [K]; changing it changes this. */
    double[] usage() {
        return usage;
    }

    @Override
    public void observe(Swav.Output output, List<List<Tensor>> codes, Tensor loss) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor nearest = output.scores().get(0).argmax(new org.bytedeco.pytorch.LongOptional(1), false);
            Tensor counts = torch.bincount(nearest, new org.bytedeco.pytorch.TensorOptional(), usage.length)
                    .to(ScalarType.Double)
                    .cpu();
            double sum = 0;
            for (Tensor crop : codes.get(0)) {
                sum += crop.amax(new long[] {1}, false).mean().item_double();
            }
            // one more number, so that the ranks need but one exchange
            Tensor all = torch.cat(
                    new TensorVector(counts, Tensor.create(sum / codes.get(0).size())), 0);
            collective.sum(all);
            double[] now = new double[usage.length + 1];
            new DoublePointer(all.data_ptr()).get(now);
            double total = (double) nearest.numel() * collective.world();
            for (int k = 0; k < usage.length; k++) {
                usage[k] = MEMORY * usage[k] + now[k] / total;
            }
            maxCode = now[usage.length] / collective.world();
        }
    }

    /** Entropy of the nearest prototypes' frequencies over ln K: 1 all alike, 0 only one used. */
    double usageEntropy() {
        double total = 0;
        for (double share : usage) {
            total += share;
        }
        double entropy = 0;
        for (double share : usage) {
            if (share > 0) {
                entropy -= share / total * Math.log(share / total);
            }
        }
        return total == 0 ? Double.NaN : entropy / Math.log(usage.length);
    }

    /** Mean over samples of the largest value of a code: 1 hard, 1/K undecided. */
    double meanMaxCode() {
        return maxCode;
    }
}
