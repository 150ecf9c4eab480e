package org.swav4j.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.comm.Alone;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.Sinkhorn;
import org.swav4j.method.SwappedPrediction;
import org.swav4j.method.Swav;
import org.swav4j.method.SwavConfig;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.optim.Optimizer;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.PretrainConfig;

/**
 * The least that a training step can be: forward, codes, loss, backward, optimiser, on one batch of ready-made crops. No
 * loader, no metrics, no checkpoints, no checks. What training is measured against.
 */
final class BareLoop implements AutoCloseable {
    private final PretrainConfig config;
    private final Swav model;
    private final Optimizer optimizer;
    private final StateDict kept = new StateDict();
    private final List<Tensor> crops;
    private final FeatureQueue queue;
    private final Sinkhorn sinkhorn;
    private final SwappedPrediction prediction;

    /** Builds the network as a training would, and makes up the crops. */
    BareLoop(PretrainConfig config) {
        this(config, Placement.of(new ComputeDevice(config.device()), config.precision()), 0);
    }

    /**
     * The same in another layout or with a queue.
     *
     * @param queueRows past embeddings per assigned crop; 0 for no queue
     */
    BareLoop(PretrainConfig config, Placement placement, int queueRows) {
        this.config = config;
        RandomState.seed(config.seed());
        this.model = new Swav(config.model(), placement, new Alone());
        this.optimizer = Optimizer.of(config.optimizer(), model.parameters());
        SwavConfig method = config.method();
        this.sinkhorn = new Sinkhorn(method.epsilon(), method.sinkhornIterations(), new Alone());
        this.prediction = new SwappedPrediction(method.temperature(), method.cropsForAssign());
        try (PointerScope scope = new PointerScope()) {
            this.crops = ReadyCrops.of(config, kept);
        }
        this.queue = queueRows == 0 ? null : FullQueue.of(config, model, queueRows);
    }

    private void step() {
        int batch = config.batchSize();
        try (PointerScope scope = new PointerScope()) {
            model.prototypes().normalize();
            Swav.Output output = model.project(
                    model.trunk(crops, Pass.TRAINING, config.precision()), Pass.TRAINING, config.precision());
            Tensor scores = output.scores().get(0);
            List<Tensor> codes = new ArrayList<>();
            List<Integer> assigned = config.method().cropsForAssign();
            for (int i = 0; i < assigned.size(); i++) {
                long first = (long) assigned.get(i) * batch;
                Tensor own = scores.detach().narrow(0, first, batch);
                if (queue == null) {
                    codes.add(sinkhorn.codes(own));
                } else {
                    Tensor all = sinkhorn.codes(
                            queue.withPast(i, model.prototypes().heads().get(0), own));
                    codes.add(all.narrow(0, all.size(0) - batch, batch));
                    queue.push(i, output.embeddings().narrow(0, first, batch));
                }
            }
            Tensor loss = prediction.loss(scores, codes);
            optimizer.zeroGradients();
            loss.backward();
            optimizer.step(1e-3);
        }
    }

    /** Seconds per step over {@code steps}, by {@code threads} of libtorch. */
    double seconds(int steps, int threads) {
        CpuThreads.useInTraining(threads);
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            step();
        }
        return (System.nanoTime() - start) / 1e9 / steps;
    }

    @Override
    public void close() {
        if (queue != null) {
            queue.close();
        }
        kept.close();
        optimizer.close();
        model.close();
    }
}
