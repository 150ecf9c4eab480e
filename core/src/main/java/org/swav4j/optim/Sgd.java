package org.swav4j.optim;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.tensor.StateDict;

/**
 * Stochastic gradient descent with momentum, as libtorch defines it: g ← g + wd·p; v ← m·v + g, the first v being g; p ← p − lr·v.
 * What the evaluations' protocols train with.
 */
public final class Sgd implements Optimizer {
    private final double momentum;
    private final double weightDecay;
    private final StateDict parameters;
    private final Slots slots;

    /**
     * @param momentum at least 0 and below 1
     * @param weightDecay of every parameter, 0 or more
     * @param parameters stay owned by the caller
     */
    public Sgd(double momentum, double weightDecay, StateDict parameters) {
        if (!(momentum >= 0 && momentum < 1) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException("momentum must be at least 0 and below 1, weight decay 0 or more: "
                    + momentum + ", " + weightDecay);
        }
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.parameters = parameters;
        this.slots = new Slots(parameters, List.of("momentum"), List.of());
    }

    @Override
    public void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            parameters.forEach((name, parameter) -> {
                if (parameter.grad().defined()) {
                    update(name, parameter, learningRate);
                }
            });
        }
    }

    private void update(String name, Tensor parameter, double learningRate) {
        Tensor gradient = parameter.mutable_grad();
        if (weightDecay > 0) {
            gradient.add_(parameter, new Scalar(weightDecay));
        }
        if (momentum == 0) {
            parameter.add_(gradient, new Scalar(-learningRate));
            return;
        }
        boolean first = !slots.has("momentum", name);
        Tensor velocity = slots.get("momentum", name);
        if (first) {
            velocity.copy_(gradient);
        } else {
            velocity.mul_(new Scalar(momentum)).add_(gradient);
        }
        parameter.add_(velocity, new Scalar(-learningRate));
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
