package org.swav4j.train;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.method.Swav;

/** Looks at a step's tensors after its backward pass and before the optimiser changes the weights. */
@FunctionalInterface
public interface StepObserver {
    /** Looks at nothing. */
    StepObserver NONE = (output, codes, loss) -> {};

    /**
     * Called once per observed step; the tensors are gone when the step is.
     *
     * @param output embeddings and scores of all crops
     * @param codes per prototype head, [B, K] of each assigned crop
     * @param loss scalar
     */
    void observe(Swav.Output output, List<List<Tensor>> codes, Tensor loss);
}
