package org.swav4j.comm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.StateDict;

/** Gradients that are summed over the ranks together: one flat tensor, and in it a view for each. */
final class GradientBucket implements AutoCloseable {
    private final List<String> names;
    private final Map<String, Tensor> parameters;
    private final Collective collective;
    private final StateDict owned = new StateDict();
    private final Map<String, Tensor> sent = new HashMap<>();
    private final Map<String, Tensor> views = new HashMap<>();
    /** What travels. */
    private final Tensor wire;
    /** Of the parameters' type; the same as {@link #wire} unless that is of another type. */
    private final Tensor flat;

    private final Tensor share;
    /** Whether there was a gradient. */
    private final Map<String, Boolean> packed = new HashMap<>();

    private Pending sum;

    GradientBucket(Map<String, Tensor> parameters, Collective collective, GradientCompression compression) {
        this.parameters = Map.copyOf(parameters);
        this.names = List.copyOf(parameters.keySet());
        this.collective = collective;
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            long length = parameters.values().stream().mapToLong(Tensor::numel).sum();
            Tensor any = parameters.values().iterator().next().detach();
            flat = owned.add("flat", torch.zeros(new long[] {length}, new TensorOptions(any.options())));
            ScalarType type = flat.scalar_type().intern();
            boolean same = compression.onTheWay(type) == type;
            wire = same ? flat : owned.add("wire", flat.to(compression.onTheWay(type)));
            share = owned.add(
                    "share", torch.scalar_tensor(new Scalar(1.0 / collective.world()), new TensorOptions(type)));
            long offset = 0;
            for (String name : names) {
                Tensor parameter = parameters.get(name);
                views.put(name, owned.add("view." + name, viewIn(flat, parameter, offset)));
                sent.put(name, same ? views.get(name) : owned.add("sent." + name, viewIn(wire, parameter, offset)));
                offset += parameter.numel();
            }
        }
    }

    /** Laid out as the parameter is. */
    private static Tensor viewIn(Tensor flat, Tensor parameter, long offset) {
        return flat.as_strided(parameter.sizes(), parameter.strides(), new LongOptional(offset));
    }

    List<String> names() {
        return names;
    }

    void begin() {
        packed.clear();
    }

    boolean isFull() {
        return packed.size() == names.size();
    }

    /** Takes over a gradient, divided by the number of ranks. */
    void pack(String name) {
        Tensor parameter = parameters.get(name);
        Tensor gradient = parameter.grad();
        packed.put(name, gradient.defined());
        if (!gradient.defined()) {
            return;
        }
        torch.mul_out(sent.get(name), gradient, share);
        if (wire == flat) {
            // frees the one that was packed
            parameter.mutable_grad().put(views.get(name));
        }
    }

    /** Begins to sum. What was not packed counts as zero. */
    void launch() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            for (String name : names) {
                if (!packed.getOrDefault(name, false)) {
                    sent.get(name).zero_();
                }
            }
        }
        sum = collective.sumLater(wire);
    }

    /** Waits for the sum; the parameters' gradients are views of it then. */
    void finish() {
        sum.await();
        sum = null;
        if (wire == flat) {
            return;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            flat.copy_(wire);
            for (String name : names) {
                if (packed.getOrDefault(name, false)) {
                    parameters.get(name).mutable_grad().put(views.get(name));
                }
            }
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
