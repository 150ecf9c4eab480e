package org.swav4j.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.tensor.StateDict;

/**
 * The trainable prototypes C [K, D] of each head (paper, section 3.1); no bias. Named {@code prototypes.weight}, or
 * {@code prototypes.prototypes0.weight}, ... when there are several heads, as in the reference.
 */
public final class Prototypes {
    private static final String NAME = "prototypes";

    private final List<Tensor> heads = new ArrayList<>();

    public Prototypes(ModuleState state, int dim, List<Integer> counts) {
        ModuleState prototypes = state.under(NAME);
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

    /** Whether a network's tensor of this name belongs to its prototypes. */
    public static boolean owns(String name) {
        return name.startsWith(NAME + ".");
    }

    /**
     * The name under which a network has the prototypes of a head.
     *
     * @param head from 0
     * @param heads how many there are
     */
    public static String name(int head, int heads) {
        return heads == 1 ? NAME + ".weight" : NAME + ".prototypes" + head + ".weight";
    }

    /**
     * Recognises the prototypes of a saved network by their shapes.
     *
     * @param dim length of an embedding
     * @param place where they came from, for messages
     * @return K of each head; empty if it has none
     * @throws IllegalArgumentException if they are of embeddings of another length
     */
    public static List<Integer> saved(StateDict saved, int dim, String place) {
        if (saved.contains(name(0, 1))) {
            return List.of(SavedMatrix.rows(saved, name(0, 1), dim, place));
        }
        List<Integer> counts = new ArrayList<>();
        while (saved.contains(name(counts.size(), 2))) {
            counts.add(SavedMatrix.rows(saved, name(counts.size(), 2), dim, place));
        }
        return counts;
    }
}
