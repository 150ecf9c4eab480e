package org.swav4j.optim;

import org.swav4j.tensor.StateDict;

/** Updates parameters in place from their gradients. Owns its state until closed. */
public interface Optimizer extends AutoCloseable {
    /**
     * One update of every parameter that has a gradient; gradients may be changed by it.
     *
     * @param learningRate of this step
     */
    void step(double learningRate);

    /** Forgets all gradients, so that the next backward makes new ones. */
    void zeroGradients();

    /** What must be saved to go on: tensors named {@code <slot>.<parameter>}, owned by this optimiser. */
    StateDict state();

    /**
     * Continues from a saved state; slots that the saved state lacks start anew.
     *
     * @param place where it came from, for messages
     * @throws IllegalArgumentException if it does not fit the parameters
     */
    void restore(StateDict saved, String place);

    @Override
    void close();

    /** The optimiser of a configuration over the given parameters, which stay owned by the model. */
    static Optimizer of(OptimizerConfig config, StateDict parameters) {
        return switch (config.kind()) {
            case LARC -> new Larc(config, parameters);
            case ADAMW -> new AdamW(config, parameters);
        };
    }
}
