package org.swav4j.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.CropSpec;
import org.swav4j.comm.Alone;
import org.swav4j.method.Sinkhorn;
import org.swav4j.method.SwappedPrediction;
import org.swav4j.method.Swav;
import org.swav4j.method.SwavConfig;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.Optimizer;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.train.PretrainConfig;

/**
 * The least that a training step can be: forward, codes, loss, backward, optimiser, on one batch of ready-made crops. No
 * loader, no metrics, no checkpoints, no checks. What training is measured against.
 */
final class BareLoop implements AutoCloseable {
    private final PretrainConfig config;
    private final Swav model;
    private final Optimizer optimizer;
    private final List<Tensor> crops = new ArrayList<>();
    private final Sinkhorn sinkhorn;
    private final SwappedPrediction prediction;

    /** Builds the network and makes up the crops. */
    BareLoop(PretrainConfig config) {
        this.config = config;
        RandomState.seed(config.seed());
        Placement placement = Placement.of(new ComputeDevice(config.device()), config.precision());
        this.model = new Swav(config.model(), placement, new Alone());
        this.optimizer = Optimizer.of(config.optimizer(), model.parameters());
        SwavConfig method = config.method();
        this.sinkhorn = new Sinkhorn(method.epsilon(), method.sinkhornIterations(), new Alone());
        this.prediction = new SwappedPrediction(method.temperature(), method.cropsForAssign());
        for (CropSpec crop : config.crops()) {
            long[] shape = {(long) crop.count() * config.batchSize(), crop.size(), crop.size(), 3};
            crops.add(torch.randint(256, shape, new TensorOptions(ScalarType.Byte)));
        }
    }

    private void step() {
        int batch = config.batchSize();
        try (PointerScope scope = new PointerScope()) {
            model.prototypes().normalize();
            Swav.Output output = model.forward(crops, config.precision());
            Tensor scores = output.scores().get(0);
            List<Tensor> codes = new ArrayList<>();
            for (int crop : config.method().cropsForAssign()) {
                codes.add(sinkhorn.codes(scores.detach().narrow(0, (long) crop * batch, batch)));
            }
            Tensor loss = prediction.loss(scores, codes);
            optimizer.zeroGradients();
            loss.backward();
            optimizer.step(1e-3);
        }
    }

    /** Seconds per step over {@code steps}, by {@code threads} of libtorch. */
    double seconds(int steps, int threads) {
        // a thread's first call into libtorch sets its number of threads to the default, so that call comes first
        torch.get_num_threads();
        torch.set_num_threads(threads);
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            step();
        }
        return (System.nanoTime() - start) / 1e9 / steps;
    }

    @Override
    public void close() {
        crops.forEach(Tensor::close);
        optimizer.close();
        model.close();
    }
}
