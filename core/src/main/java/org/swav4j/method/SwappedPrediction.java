package org.swav4j.method;

import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The swapped prediction loss (paper, section 3.1, equations 1–2, over several crops as in section 3.2): each crop's
 * softmax over the prototypes predicts the codes of every other crop that has codes.
 */
public final class SwappedPrediction {
    private final double temperature;
    private final List<Integer> cropsForAssign;

    /**
     * @param temperature τ
     * @param cropsForAssign the crops whose codes are predicted, in the order {@link #loss} gets the codes
     */
    public SwappedPrediction(double temperature, List<Integer> cropsForAssign) {
        this.temperature = temperature;
        this.cropsForAssign = List.copyOf(cropsForAssign);
    }

    /**
     * The loss of one prototype head.
     *
     * @param scores [V·B, K], crop-major: row = crop·B + sample
     * @param codes [B, K] of each assigned crop, without gradient
     * @return a scalar: mean over assigned crops i of Σ over crops v ≠ i of ℓ(v, i) / (V − 1)
     */
    public Tensor loss(Tensor scores, List<Tensor> codes) {
        int crops = Math.toIntExact(scores.size(0) / codes.get(0).size(0));
        Tensor logProbabilities = torch.log_softmax(scores.div(new Scalar(temperature)), 1);
        Tensor perCrop = logProbabilities
                .mul(targets(codes, crops))
                .view(crops, -1, scores.size(1))
                .sum(new long[] {2})
                .mean(new long[] {1});
        return perCrop.sum().mul(new Scalar(-1.0 / (cropsForAssign.size() * (crops - 1.0))));
    }

    /** [V·B, K]: for each crop, the sum of the codes it has to predict; its own are not among them. */
    private Tensor targets(List<Tensor> codes, int crops) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor all = codes.get(0);
            for (int i = 1; i < codes.size(); i++) {
                all = all.add(codes.get(i));
            }
            TensorVector targets = new TensorVector(crops);
            for (int crop = 0; crop < crops; crop++) {
                int own = cropsForAssign.indexOf(crop);
                targets.put(crop, own < 0 ? all : withoutOwn(codes, own, all));
            }
            return torch.cat(targets, 0);
        }
    }

    /** Adds up the others instead of subtracting the own from the sum, which would round. */
    private static Tensor withoutOwn(List<Tensor> codes, int own, Tensor any) {
        Tensor sum = torch.zeros_like(any);
        for (int i = 0; i < codes.size(); i++) {
            if (i != own) {
                sum.add_(codes.get(i));
            }
        }
        return sum;
    }
}
