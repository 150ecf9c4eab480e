package org.swav4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.comm.Collective;

/**
 * From pooled features to embeddings: Linear–BatchNorm–ReLU–Linear, or one linear layer (paper, section 4.1). Names are the
 * reference's: {@code projection_head.0}, {@code .1}, {@code .3}, or {@code projection_head}.
 */
public final class ProjectionHead {
    private final Linear first;
    private final BatchNorm norm;
    private final Linear last;

    /** @param hidden width of the hidden layer; 0 for one linear layer */
    public ProjectionHead(ModuleState state, int features, int hidden, int dim, Collective collective) {
        ModuleState head = state.under("projection_head");
        if (hidden == 0) {
            this.first = null;
            this.norm = null;
            this.last = new Linear(head, features, dim);
        } else {
            this.first = new Linear(head.under("0"), features, hidden);
            this.norm = new BatchNorm(head.under("1"), hidden, collective);
            this.last = new Linear(head.under("3"), hidden, dim);
        }
    }

    /** [N, F] → [N, D], not yet normalised. */
    public Tensor forward(Tensor features, Pass pass) {
        return last.forward(first == null ? features : torch.relu_(norm.forward(first.forward(features), pass)));
    }
}
