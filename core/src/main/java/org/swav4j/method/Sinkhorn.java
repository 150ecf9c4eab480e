package org.swav4j.method;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;

/**
 * Balanced soft codes by the Sinkhorn–Knopp algorithm (paper, section 3.1, equations 3–5; Cuturi 2013).
 *
 * <p>The codes are diag(v)·exp(scores/ε)·diag(u): only the scaling vectors u [K] and v [B] are iterated, in float64 and
 * from the largest score of all ranks down, so that the result is finite for every ε the configuration allows, where the
 * reference's float32 exponentials overflow or vanish.
 */
public final class Sinkhorn {
    /** exp(−700) is still a normal float64, so no exponential is ever zero. */
    private static final double LOWEST_EXPONENT = -700;

    private final double epsilon;
    private final int iterations;
    private final Collective collective;

    /**
     * @param epsilon ε, at least {@link SwavConfig#MIN_EPSILON}
     * @param iterations rounds of prototype and sample normalisation; 0 only scales the total
     */
    public Sinkhorn(double epsilon, int iterations, Collective collective) {
        this.epsilon = epsilon;
        this.iterations = iterations;
        this.collective = collective;
    }

    /**
     * The codes of a batch. Collective: every rank must call, with the same number of rows.
     *
     * @param scores [B, K], cosine similarities
     * @return [B, K] of the scores' type, each row summing to 1 and each column, over all ranks, nearly to B·world/K; no gradient
     */
    public Tensor codes(Tensor scores) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor exponents = scores.detach().to(ScalarType.Double).div_(new Scalar(epsilon));
            Tensor largest = exponents.max();
            collective.max(largest);
            Tensor kernel = exponents
                    .sub_(largest)
                    .clamp_min_(new Scalar(LOWEST_EXPONENT))
                    .exp_();
            double samples = (double) kernel.size(0) * collective.world();
            double prototypes = kernel.size(1);
            if (iterations == 0) {
                Tensor total = kernel.sum();
                collective.sum(total);
                return kernel.mul_(new Scalar(samples)).div_(total).to(scores.scalar_type());
            }
            Tensor transposed = kernel.t();
            Tensor u = null;
            Tensor v = torch.ones_like(kernel.select(1, 0));
            for (int i = 0; i < iterations; i++) {
                Tensor prototypeMass = torch.mv(transposed, v);
                collective.sum(prototypeMass);
                u = prototypeMass.mul_(new Scalar(prototypes)).reciprocal_();
                v = torch.mv(kernel, u).mul_(new Scalar(samples)).reciprocal_();
            }
            return kernel.mul_(u).mul_(v.mul_(new Scalar(samples)).unsqueeze(1)).to(scores.scalar_type());
        }
    }
}
