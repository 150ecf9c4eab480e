package org.swav4j.checkpoint;

import org.swav4j.tensor.StateDict;

/**
 * What a checkpoint is made of. The tensors stay owned by the caller.
 *
 * @param model weights and batch-norm statistics
 * @param optimizer the optimiser's state
 * @param queue the queue, or null
 * @param monitor what the run's watches remember, such as running means behind its metrics, or null
 * @param configYaml the run's configuration
 * @param knnTop1 accuracy of k-NN at this state, 0 to 1, or null if it was not measured
 */
public record Contents(
        Progress progress,
        EncoderInfo encoder,
        StateDict model,
        StateDict optimizer,
        StateDict queue,
        StateDict monitor,
        String configYaml,
        Lineage lineage,
        Double knnTop1) {

    /** Of a state alone. */
    public Contents(
            Progress progress,
            EncoderInfo encoder,
            StateDict model,
            StateDict optimizer,
            StateDict queue,
            String configYaml) {
        this(progress, encoder, model, optimizer, queue, null, configYaml, Lineage.NONE, null);
    }

    /** The same with other tensors in the place of these. */
    Contents withTensors(StateDict newModel, StateDict newOptimizer, StateDict newQueue, StateDict newMonitor) {
        return new Contents(
                progress, encoder, newModel, newOptimizer, newQueue, newMonitor, configYaml, lineage, knnTop1);
    }
}
