package org.swav4j.optim;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.tensor.StateDict;

/**
 * SGD with momentum under layer-wise adaptive rate control, without clipping: each parameter's gradient is scaled by
 * trust·‖p‖ / (‖g‖ + wd·‖p‖ + 1e-8) (You et al. 2017; paper, appendix A). A parameter or gradient of norm zero is left
 * unscaled and gets no weight decay, as in the reference.
 */
public final class Larc implements Optimizer {
    private static final float NORM_EPSILON = 1e-8f;

    private final OptimizerConfig config;
    private final StateDict parameters;
    private final Slots slots;

    /** @param parameters stay owned by the caller */
    public Larc(OptimizerConfig config, StateDict parameters) {
        this.config = config;
        this.parameters = parameters;
        this.slots = new Slots(parameters, List.of("momentum"), List.of());
    }

    @Override
    public void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            List<String> names = new ArrayList<>();
            parameters.forEach((name, parameter) -> {
                if (parameter.grad().defined()) {
                    names.add(name);
                }
            });
            if (names.isEmpty()) {
                return;
            }
            float[] norms = norms(names);
            Scalar momentum = new Scalar(config.momentum());
            Scalar descent = new Scalar(-learningRate);
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                Tensor parameter = parameters.get(name);
                Tensor gradient = parameter.mutable_grad();
                if (!(config.excludeBiasAndNorm() && parameter.dim() <= 1)) {
                    scale(parameter, gradient, norms[2 * i], norms[2 * i + 1]);
                }
                boolean first = !slots.has("momentum", name);
                Tensor velocity = slots.get("momentum", name);
                if (first) {
                    velocity.copy_(gradient);
                } else {
                    velocity.mul_(momentum).add_(gradient);
                }
                parameter.add_(velocity, descent);
            }
        }
    }

    /** ‖parameter‖ and ‖gradient‖ alternating, fetched from the device in one transfer. */
    private float[] norms(List<String> names) {
        TensorVector norms = new TensorVector(2L * names.size());
        for (int i = 0; i < names.size(); i++) {
            Tensor parameter = parameters.get(names.get(i));
            norms.put(2L * i, parameter.norm());
            norms.put(2L * i + 1, parameter.grad().norm());
        }
        float[] values = new float[2 * names.size()];
        new FloatPointer(torch.stack(norms).cpu().data_ptr()).get(values);
        return values;
    }

    private void scale(Tensor parameter, Tensor gradient, float parameterNorm, float gradientNorm) {
        if (parameterNorm == 0 || gradientNorm == 0) {
            return;
        }
        float decay = (float) config.weightDecay();
        float rate = (float) config.trustCoefficient()
                * parameterNorm
                / (gradientNorm + parameterNorm * decay + NORM_EPSILON);
        gradient.add_(parameter, new Scalar(config.weightDecay())).mul_(new Scalar(rate));
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
