package org.swav4j.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The trainable prototypes C [K, D] of each head (paper, section 3.1); no bias. Named {@code prototypes.weight}, or
 * {@code prototypes.prototypes0.weight}, ... when there are several heads, as in the reference.
 */
public final class Prototypes {
    private final List<Tensor> heads = new ArrayList<>();

    public Prototypes(ModuleState state, int dim, List<Integer> counts) {
        ModuleState prototypes = state.under("prototypes");
        double bound = 1 / Math.sqrt(dim);
        for (int head = 0; head < counts.size(); head++) {
            ModuleState at = counts.size() == 1 ? prototypes : prototypes.under("prototypes" + head);
            Tensor weight = at.parameter("weight", 0, counts.get(head), dim);
            try (NoGradGuard noGrad = new NoGradGuard()) {
                // drawn on the CPU, as all weights are, so that a seed means the same network on every device
                weight.copy_(torch.empty(counts.get(head), dim).uniform_(-bound, bound, new GeneratorOptional()));
            }
            heads.add(weight);
        }
    }

    /** C of each head, owned by the network's state. */
    public List<Tensor> heads() {
        return List.copyOf(heads);
    }

    /** Scales every prototype to unit length, in place and without gradient. */
    public void normalize() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            heads.forEach(c -> c.copy_(UnitRows.of(c)));
        }
    }

    /** Drops the gradients, so that the optimiser leaves the prototypes and their momentum alone. */
    public void dropGradients() {
        try (PointerScope scope = new PointerScope()) {
            heads.forEach(c -> c.mutable_grad().reset());
        }
    }

    /**
     * Cosine similarities per head.
     *
     * @param embeddings [N, D] of unit rows
     * @return [N, K] of each head
     */
    public List<Tensor> scores(Tensor embeddings) {
        return heads.stream().map(c -> torch.mm(embeddings, c.t())).toList();
    }
}
