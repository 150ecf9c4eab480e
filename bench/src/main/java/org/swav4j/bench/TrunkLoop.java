package org.swav4j.bench;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Alone;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.ResNet;
import org.swav4j.nn.Stem;
import org.swav4j.optim.Gradients;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;

/** A trunk alone: forward, the mean square of its features for a loss, backward, plain SGD; on ready-made images. */
final class TrunkLoop implements AutoCloseable {
    private final ResNet trunk;
    private final StateDict kept = new StateDict();
    private final StateDict state;
    private final StateDict parameters;
    private final Precision precision;
    private final Tensor images;

    TrunkLoop(Architecture architecture, Precision precision, int batch, int side) {
        this.precision = precision;
        Placement placement = Placement.of(ComputeDevice.CPU, precision);
        ModuleState modules = new ModuleState(placement);
        try (PointerScope scope = new PointerScope()) {
            this.trunk = new ResNet(modules, architecture, Stem.IMAGENET, new Alone());
            Tensor drawn = torch.empty(
                    new long[] {batch, 3, side, side},
                    new TensorOptions(ScalarType.Float),
                    new MemoryFormatOptional(placement.layout()));
            this.images = kept.add("images", drawn.normal_());
        }
        this.state = modules.all();
        this.parameters = modules.parameters();
    }

    private void step() {
        try (PointerScope scope = new PointerScope()) {
            Tensor features;
            try (Precision.Region region = precision.on(ComputeDevice.CPU.type())) {
                features = trunk.forward(images, Pass.TRAINING);
            }
            Gradients.drop(parameters);
            features.to(ScalarType.Float).pow(new Scalar(2.0)).mean().backward();
            try (NoGradGuard noGrad = new NoGradGuard()) {
                Scalar descent = new Scalar(-0.01);
                parameters.forEach((name, parameter) -> parameter.add_(parameter.grad(), descent));
            }
        }
    }

    /** Seconds per step over {@code steps}. */
    double seconds(int steps) {
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            step();
        }
        return (System.nanoTime() - start) / 1e9 / steps;
    }

    @Override
    public void close() {
        kept.close();
        parameters.close();
        state.close();
    }
}
