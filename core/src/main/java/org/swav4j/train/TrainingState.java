package org.swav4j.train;

import org.swav4j.comm.Collective;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.Optimizer;
import org.swav4j.optim.OptimizerConfig;

/**
 * All that a training changes: parameters, batch-norm statistics, optimiser state, the queue and the step. Everything else
 * follows from the configuration.
 */
public final class TrainingState implements AutoCloseable {
    private final Swav model;
    private final Optimizer optimizer;
    private FeatureQueue queue;
    private long step;

    /** A fresh network from the default generator, an optimiser without history, no queue, step 0. */
    public TrainingState(
            ModelConfig modelConfig, OptimizerConfig optimizerConfig, Placement placement, Collective collective) {
        this.model = new Swav(modelConfig, placement, collective);
        this.optimizer = Optimizer.of(optimizerConfig, model.parameters());
    }

    public Swav model() {
        return model;
    }

    public Optimizer optimizer() {
        return optimizer;
    }

    /** The queue, or null before the epoch it starts in. */
    public FeatureQueue queue() {
        return queue;
    }

    /**
     * Brings the queue into being, empty.
     *
     * @param crops number of assigned crops
     * @param rowsPerRank see {@link FeatureQueue#lengthPerRank}
     */
    void startQueue(int crops, int rowsPerRank) {
        queue = new FeatureQueue(crops, rowsPerRank, model.prototypes().heads().get(0));
    }

    /** Steps done, over the whole run. */
    public long step() {
        return step;
    }

    void setStep(long step) {
        this.step = step;
    }

    @Override
    public void close() {
        if (queue != null) {
            queue.close();
        }
        optimizer.close();
        model.close();
    }
}
