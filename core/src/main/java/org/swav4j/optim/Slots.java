package org.swav4j.optim;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.StateDict;

/** An optimiser's tensors per parameter (momentum, moments), made when a parameter first has a gradient. */
final class Slots implements AutoCloseable {
    private final StateDict parameters;
    private final List<String> kinds;
    private final List<String> counters;
    private final StateDict tensors = new StateDict();

    /**
     * @param kinds of tensors shaped as the parameter
     * @param counters of counts per parameter
     */
    Slots(StateDict parameters, List<String> kinds, List<String> counters) {
        this.parameters = parameters;
        this.kinds = List.copyOf(kinds);
        this.counters = List.copyOf(counters);
    }

    boolean has(String kind, String parameter) {
        return tensors.contains(kind + "." + parameter);
    }

    /** The slot's tensor, zeros at first; laid out in memory as the parameter is. */
    Tensor get(String kind, String parameter) {
        String name = kind + "." + parameter;
        return tensors.contains(name)
                ? tensors.get(name)
                : tensors.add(name, torch.zeros_like(parameters.get(parameter).detach()));
    }

    /** A count per parameter, kept in host memory; 0 at first. */
    Tensor counter(String kind, String parameter) {
        String name = kind + "." + parameter;
        return tensors.contains(name)
                ? tensors.get(name)
                : tensors.add(name, torch.zeros(new long[] {1}, new TensorOptions(ScalarType.Long)));
    }

    StateDict state() {
        return tensors;
    }

    void restore(StateDict saved, String place) {
        try (PointerScope scope = new PointerScope()) {
            saved.forEach((name, value) -> {
                int dot = name.indexOf('.');
                String kind = dot < 0 ? "" : name.substring(0, dot);
                String parameter = name.substring(dot + 1);
                boolean counter = counters.contains(kind);
                if (!(counter || kinds.contains(kind)) || !parameters.contains(parameter)) {
                    throw new IllegalArgumentException(
                            place + ": '" + name + "' is not a state of this optimiser, which keeps " + kinds
                                    + " of the model's parameters");
                }
                Tensor slot = counter ? counter(kind, parameter) : get(kind, parameter);
                if (!Arrays.equals(slot.shape(), value.shape())) {
                    throw new IllegalArgumentException(place + ": '" + name + "' is " + Arrays.toString(value.shape())
                            + "; this optimiser needs " + Arrays.toString(slot.shape()));
                }
                slot.copy_(value);
            });
        }
    }

    @Override
    public void close() {
        tensors.close();
    }
}
