package org.swav4j.optim;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.tensor.StateDict;

/** The gradients of a model's parameters as a whole. */
public final class Gradients {
    private Gradients() {}

    /** Forgets the gradients: cheaper than zeroing them, and no gradient is different from a zero one to LARC. */
    public static void drop(StateDict parameters) {
        try (PointerScope scope = new PointerScope()) {
            parameters.forEach((name, parameter) -> parameter.mutable_grad().reset());
        }
    }

    /** Euclidean norm over all gradients, a scalar where they are; 0 if there is none. For use within a {@code PointerScope}. */
    public static Tensor norm(StateDict parameters) {
        List<Tensor> norms = new ArrayList<>();
        parameters.forEach((name, parameter) -> {
            if (parameter.grad().defined()) {
                norms.add(parameter.grad().norm());
            }
        });
        return norms.isEmpty()
                ? torch.zeros(new long[0])
                : torch.stack(new TensorVector(norms.toArray(Tensor[]::new))).norm();
    }

    /** Names of the parameters whose gradient has a value that is infinite or not a number. */
    public static List<String> notFinite(StateDict parameters) {
        try (PointerScope scope = new PointerScope()) {
            List<String> names = new ArrayList<>();
            parameters.forEach((name, parameter) -> {
                if (parameter.grad().defined()
                        && !parameter.grad().isfinite().all().item_bool()) {
                    names.add(name);
                }
            });
            return names;
        }
    }
}
