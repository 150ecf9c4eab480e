package org.swav4j.nn;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.comm.Collective;
import org.swav4j.tensor.StateDict;

/**
 * From pooled features to embeddings: Linear–BatchNorm–ReLU–Linear, or one linear layer (paper, section 4.1). Names are the
 * reference's: {@code projection_head.0}, {@code .1}, {@code .3}, or {@code projection_head}.
 */
public final class ProjectionHead {
    private static final String NAME = "projection_head";

    /**
     * What a head is built of besides the length of the features.
     *
     * @param hidden width of the hidden layer; 0 for one linear layer
     * @param dim length of an embedding, D
     */
    public record Widths(int hidden, int dim) {}

    private final Linear first;
    private final BatchNorm norm;
    private final Linear last;

    /** @param hidden width of the hidden layer; 0 for one linear layer */
    public ProjectionHead(ModuleState state, int features, int hidden, int dim, Collective collective) {
        ModuleState head = state.under(NAME);
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

    /** Whether a network's tensor of this name belongs to its head. */
    public static boolean owns(String name) {
        return name.startsWith(NAME + ".");
    }

    /**
     * Recognises the head of a saved network by its shapes.
     *
     * @param features length of what the trunk gives
     * @param place where it came from, for messages
     * @return empty if it has none
     * @throws IllegalArgumentException if its shapes do not go together
     */
    public static Optional<Widths> saved(StateDict saved, int features, String place) {
        boolean linear = saved.contains(NAME + ".weight");
        String last = linear ? NAME + ".weight" : NAME + ".3.weight";
        if (!saved.contains(last)) {
            return Optional.empty();
        }
        int hidden = linear ? 0 : SavedMatrix.rows(saved, NAME + ".0.weight", features, place);
        return Optional.of(new Widths(hidden, SavedMatrix.rows(saved, last, linear ? features : hidden, place)));
    }
}
