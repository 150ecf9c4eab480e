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

    /** Euclidean norm over all gradients; 0 if there is none. */
    public static double norm(StateDict parameters) {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> norms = new ArrayList<>();
            parameters.forEach((name, parameter) -> {
                if (parameter.grad().defined()) {
                    norms.add(parameter.grad().norm());
                }
            });
            return norms.isEmpty()
                    ? 0
                    : torch.stack(new TensorVector(norms.toArray(Tensor[]::new)))
                            .norm()
                            .item_float();
        }
    }
}
