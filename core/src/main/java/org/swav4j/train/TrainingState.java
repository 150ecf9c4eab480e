package org.swav4j.train;

import java.util.Base64;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.Collective;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.Optimizer;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * All that a training changes: parameters, batch-norm statistics, optimiser state, the queue and the step. Everything else
 * follows from the configuration.
 */
public final class TrainingState implements AutoCloseable {
    private final OptimizerConfig optimizerConfig;
    private final Collective collective;
    private final Swav model;
    private final LossWatch losses = new LossWatch();
    private Optimizer optimizer;
    private FeatureQueue queue;
    private long step;

    /** A fresh network from the default generator, an optimiser without history, no queue, step 0. */
    public TrainingState(
            ModelConfig modelConfig, OptimizerConfig optimizerConfig, Placement placement, Collective collective) {
        this(modelConfig, optimizerConfig, placement, collective, collective);
    }

    /**
     * The same with batch norms that look at part of the ranks only.
     *
     * @param normalising the ranks that share a batch norm's statistics
     */
    TrainingState(
            ModelConfig modelConfig,
            OptimizerConfig optimizerConfig,
            Placement placement,
            Collective collective,
            Collective normalising) {
        this.optimizerConfig = optimizerConfig;
        this.collective = collective;
        this.model = new Swav(modelConfig, placement, normalising);
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

    /** Makes every rank's network that of rank 0, whose machine may draw other bits from the same seed. */
    void share() {
        if (collective.world() > 1) {
            model.state().forEach((name, tensor) -> collective.broadcast(tensor, 0));
        }
    }

    /** The whole queue for a checkpoint, of all ranks, which must all call; null before there is one. The caller closes it. */
    StateDict wholeQueue() {
        return queue == null ? null : queue.whole(collective);
    }

    /** How large the loss usually is. */
    LossWatch losses() {
        return losses;
    }

    /**
     * Becomes what a checkpoint holds, libtorch's default generator included, whatever it was before.
     *
     * @param queueCrops of the queue, if the checkpoint has one
     * @param queueRows see {@link FeatureQueue#lengthPerRank}
     * @throws IllegalArgumentException if the checkpoint is of another network or optimiser
     */
    void restore(Checkpoint checkpoint, int queueCrops, int queueRows) {
        String place = checkpoint.directory().toString();
        // a slot that the checkpoint lacks must be lacking here, too
        optimizer.close();
        optimizer = Optimizer.of(optimizerConfig, model.parameters());
        try (StateDict savedModel = checkpoint.model();
                StateDict savedOptimizer = checkpoint.optimizer()) {
            model.state().copyFrom(savedModel, place);
            optimizer.restore(savedOptimizer, place);
        }
        if (queue != null) {
            queue.close();
            queue = null;
        }
        if (checkpoint.hasQueue()) {
            startQueue(queueCrops, queueRows);
            try (StateDict savedQueue = checkpoint.queue()) {
                queue.restore(savedQueue, collective, place);
            }
        }
        step = checkpoint.progress().step();
        RandomState.restore(Base64.getDecoder().decode(checkpoint.progress().randomState()));
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
