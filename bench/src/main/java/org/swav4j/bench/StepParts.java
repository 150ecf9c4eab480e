package org.swav4j.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.comm.Alone;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.Sinkhorn;
import org.swav4j.method.SwappedPrediction;
import org.swav4j.method.Swav;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.UnitRows;
import org.swav4j.optim.Optimizer;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.PretrainConfig;

/**
 * The parts of a training step one by one, on tensors of their true shapes: what a step spends besides its network. The
 * network's own time is measured at a batch that fits into memory and counts in proportion to the batch; codes and loss are
 * measured at the whole batch; the optimiser does not depend on it.
 */
final class StepParts implements AutoCloseable {
    private static final double LEARNING_RATE = 1e-6;

    private final PretrainConfig config;
    private final int rows;
    private final StateDict kept = new StateDict();
    private final Swav model;
    private final Optimizer optimizer;
    private final FeatureQueue queue;
    private final Sinkhorn sinkhorn;
    private final SwappedPrediction prediction;
    private final List<Tensor> crops;
    private final Tensor gradient;
    private final Tensor prototypes;
    private final Tensor embeddings;
    private final Tensor scores;

    /**
     * @param config network, crops and the batch that fits
     * @param batch the batch that codes and loss are measured at
     * @param queueRows past embeddings per assigned crop; 0 for no queue
     */
    StepParts(PretrainConfig config, int batch, int queueRows) {
        this.config = config;
        this.rows = batch;
        RandomState.seed(config.seed());
        this.model = new Swav(
                config.model(), Placement.of(new ComputeDevice(config.device()), config.precision()), new Alone());
        this.optimizer = Optimizer.of(config.optimizer(), model.parameters());
        this.sinkhorn = new Sinkhorn(config.method().epsilon(), config.method().sinkhornIterations(), new Alone());
        this.prediction = new SwappedPrediction(
                config.method().temperature(), config.method().cropsForAssign());
        this.prototypes = model.prototypes().heads().get(0);
        model.prototypes().normalize();
        long views = config.views();
        try (PointerScope scope = new PointerScope()) {
            this.crops = ReadyCrops.of(config, kept);
            Tensor drawn = torch.randn(new long[] {views * batch, config.model().dim()});
            this.embeddings = kept.add("embeddings", UnitRows.of(drawn));
            Tensor similarities = torch.mm(embeddings, prototypes.detach().t());
            this.scores = kept.add("scores", similarities.set_requires_grad(true));
            Tensor towards = torch.randn(new long[] {views * config.batchSize(), prototypes.size(0)});
            this.gradient = kept.add("gradient", towards.div_(new Scalar(1e4)));
        }
        this.queue = queueRows == 0 ? null : FullQueue.of(config, model, queueRows);
    }

    /** Forward and backward of trunk, head and scores at the configuration's own batch, seconds. */
    double network() {
        return timed(() -> {
            model.prototypes().normalize();
            Swav.Output output = model.project(
                    model.trunk(crops, Pass.TRAINING, config.precision()), Pass.TRAINING, config.precision());
            optimizer.zeroGradients();
            output.scores().get(0).backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
        });
    }

    /** The codes of all assigned crops, and the queue's scores and shift, seconds. */
    double codes() {
        return timed(() -> {
            List<Integer> assigned = config.method().cropsForAssign();
            for (int i = 0; i < assigned.size(); i++) {
                Tensor own = scores.detach().narrow(0, (long) assigned.get(i) * rows, rows);
                sinkhorn.codes(queue == null ? own : queue.withPast(i, prototypes, own));
                if (queue != null) {
                    queue.push(i, embeddings.narrow(0, (long) assigned.get(i) * rows, rows));
                }
            }
        });
    }

    /** The loss and its gradient by the scores, seconds. */
    double loss() {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> codes = new ArrayList<>();
            for (int crop : config.method().cropsForAssign()) {
                codes.add(sinkhorn.codes(scores.narrow(0, (long) crop * rows, rows)));
            }
            return timed(() -> {
                scores.mutable_grad().reset();
                prediction.loss(scores, codes).backward();
            });
        }
    }

    /** One update; after {@link #network}, which leaves gradients. Seconds. */
    double optimizer() {
        return timed(() -> optimizer.step(LEARNING_RATE));
    }

    /** The share of a step that codes, loss and update take, the network counted at the configuration's batch. */
    double besides() {
        network();
        double[] shares = new double[3];
        for (int i = 0; i < shares.length; i++) {
            double network = network();
            double others = codes() + loss() + optimizer();
            shares[i] = others / (network + others);
        }
        return Spread.of(shares).median();
    }

    private static double timed(Runnable work) {
        try (PointerScope scope = new PointerScope()) {
            long start = System.nanoTime();
            work.run();
            return (System.nanoTime() - start) / 1e9;
        }
    }

    @Override
    public void close() {
        if (queue != null) {
            queue.close();
        }
        optimizer.close();
        model.close();
        kept.close();
    }
}
