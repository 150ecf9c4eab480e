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
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.StateDict;

/**
 * SGD with momentum under layer-wise adaptive rate control, without clipping: each parameter's gradient is scaled by
 * trust·‖p‖ / (‖g‖ + wd·‖p‖ + 1e-8) (You et al. 2017; paper, appendix A). A parameter or gradient of norm zero is left
 * unscaled and gets no weight decay, as in the reference. On a GPU the rates are computed there, so that the host need not
 * wait for the gradients, and of float64 in tensors, too.
 */
public final class Larc implements Optimizer {
    private static final float NORM_EPSILON = 1e-8f;

    private final OptimizerConfig config;
    private final StateDict parameters;
    private final Slots slots;
    private final boolean ratesAsTensors;

    /** @param parameters stay owned by the caller */
    public Larc(OptimizerConfig config, StateDict parameters) {
        this(config, parameters, !areHostFloats(parameters));
    }

    /** @param ratesAsTensors whether the rates stay tensors */
    Larc(OptimizerConfig config, StateDict parameters, boolean ratesAsTensors) {
        this.config = config;
        this.parameters = parameters;
        this.ratesAsTensors = ratesAsTensors;
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
            scaleGradients(names.stream()
                    .filter(name ->
                            !config.excludeBiasAndNorm() || parameters.get(name).dim() > 1)
                    .toList());
            Scalar momentum = new Scalar(config.momentum());
            Scalar descent = new Scalar(-learningRate);
            for (String name : names) {
                Tensor parameter = parameters.get(name);
                Tensor gradient = parameter.grad();
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

    private void scaleGradients(List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        if (ratesAsTensors) {
            scaleAsTensors(names);
            return;
        }
        float[] parameterNorms = onHost(norms(names, false));
        float[] gradientNorms = onHost(norms(names, true));
        for (int i = 0; i < names.size(); i++) {
            Tensor parameter = parameters.get(names.get(i));
            scale(parameter, parameter.mutable_grad(), parameterNorms[i], gradientNorms[i]);
        }
    }

    /** [n], the norms of the parameters or of their gradients. */
    private Tensor norms(List<String> names, boolean ofGradients) {
        TensorVector norms = new TensorVector(names.size());
        for (int i = 0; i < names.size(); i++) {
            Tensor parameter = parameters.get(names.get(i));
            norms.put(i, (ofGradients ? parameter.grad() : parameter.detach()).norm());
        }
        return torch.stack(norms);
    }

    private static float[] onHost(Tensor norms) {
        float[] values = new float[Math.toIntExact(norms.numel())];
        new FloatPointer(norms.data_ptr()).get(values);
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

    /**
     * The same by tensors. A zero parameter adds no decay, so a rate of one leaves its gradient as it is; a zero gradient
     * stays zero by a rate of zero.
     */
    private void scaleAsTensors(List<String> names) {
        Tensor parameterNorms = norms(names, false);
        Tensor gradientNorms = norms(names, true);
        Tensor rates = parameterNorms
                .mul(new Scalar(config.trustCoefficient()))
                .div_(parameterNorms
                        .mul(new Scalar(config.weightDecay()))
                        .add_(gradientNorms)
                        .add_(new Scalar((double) NORM_EPSILON)))
                .masked_fill_(gradientNorms.eq(new Scalar(0.0)), new Scalar(0.0))
                .masked_fill_(parameterNorms.eq(new Scalar(0.0)), new Scalar(1.0));
        for (int i = 0; i < names.size(); i++) {
            Tensor parameter = parameters.get(names.get(i));
            parameter
                    .mutable_grad()
                    .add_(parameter, new Scalar(config.weightDecay()))
                    .mul_(rates.select(0, i));
        }
    }

    private static boolean areHostFloats(StateDict parameters) {
        return parameters.names().stream()
                .map(parameters::get)
                .allMatch(p -> !p.is_cuda() && p.scalar_type().intern() == ScalarType.Float);
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
