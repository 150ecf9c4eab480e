package org.swav4j.optim;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.tensor.StateDict;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), β = (0.9, 0.999), ε = 1e-8. Not the paper's optimiser;
 * what published small-scale recipes of SwAV use.
 */
public final class AdamW implements Optimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final String STEPS = "steps";

    private final OptimizerConfig config;
    private final StateDict parameters;
    private final Slots slots;

    /** @param parameters stay owned by the caller */
    public AdamW(OptimizerConfig config, StateDict parameters) {
        this.config = config;
        this.parameters = parameters;
        // every parameter counts its own steps: a frozen one starts its bias correction when it thaws
        this.slots = new Slots(parameters, List.of("mean", "square"), List.of(STEPS));
    }

    @Override
    public void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            parameters.forEach((name, parameter) -> {
                if (parameter.grad().defined()) {
                    update(name, parameter, parameter.grad(), learningRate);
                }
            });
        }
    }

    private void update(String name, Tensor parameter, Tensor gradient, double learningRate) {
        Tensor mean = slots.get("mean", name);
        Tensor square = slots.get("square", name);
        Tensor steps = slots.counter(STEPS, name);
        long step = steps.item_long() + 1;
        steps.fill_(new Scalar(step));
        mean.mul_(new Scalar(BETA1)).add_(gradient, new Scalar(1 - BETA1));
        square.mul_(new Scalar(BETA2)).addcmul_(gradient, gradient, new Scalar(1 - BETA2));
        boolean decays = !(config.excludeBiasAndNorm() && parameter.dim() <= 1);
        if (decays && config.weightDecay() > 0) {
            parameter.mul_(new Scalar(1 - learningRate * config.weightDecay()));
        }
        double meanCorrection = 1 - Math.pow(BETA1, step);
        double squareCorrection = Math.sqrt(1 - Math.pow(BETA2, step));
        Tensor denominator = square.sqrt().div_(new Scalar(squareCorrection)).add_(new Scalar(EPSILON));
        parameter.addcdiv_(mean, denominator, new Scalar(-learningRate / meanCorrection));
    }

    @Override
    public void zeroGradients() {
        Gradients.drop(parameters);
    }

    @Override
    public StateDict state() {
        return slots.state();
    }

    @Override
    public void restore(StateDict saved, String place) {
        slots.restore(saved, place);
    }

    @Override
    public void close() {
        slots.close();
    }
}
