package org.swav4j.nn;

import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;

/**
 * Where layers put their tensors while a network is built, under names with dots as torchvision has them. The network's
 * {@link #all} tensors live until that is closed.
 */
public final class ModuleState {
    private final String prefix;
    private final StateDict all;
    private final Set<String> trainable;
    private final Placement placement;

    /**
     * Where new tensors go.
     *
     * @param device their device
     * @param layout of convolution weights in memory
     * @param type of parameters and statistics: float32, or float64 to tell rounding from error
     */
    public record Placement(ComputeDevice device, MemoryFormat layout, ScalarType type) {
        /** In float32. */
        public Placement(ComputeDevice device, MemoryFormat layout) {
            this(device, layout, ScalarType.Float);
        }

        /**
         * Where a training in this precision keeps its tensors: channels last, the fast layout, but for float32. There
         * libtorch's channels-last batch norm adds the batch up in one float32 after the other, whose statistics are some
         * fifty times less exact than the default layout's and leave the reference's trajectories with one thread.
         */
        public static Placement of(ComputeDevice device, Precision precision) {
            return new Placement(
                    device, precision == Precision.FP32 ? MemoryFormat.Contiguous : MemoryFormat.ChannelsLast);
        }

        /** Host memory, channels last: the fast layout for convolutions on CPUs. */
        public static final Placement CPU = new Placement(ComputeDevice.CPU, MemoryFormat.ChannelsLast);
    }

    public ModuleState(Placement placement) {
        this("", new StateDict(), new LinkedHashSet<>(), placement);
    }

    private ModuleState(String prefix, StateDict all, Set<String> trainable, Placement placement) {
        this.prefix = prefix;
        this.all = all;
        this.trainable = trainable;
        this.placement = placement;
    }

    /** The same state, names beginning with {@code prefix} and a dot. */
    public ModuleState under(String prefix) {
        return new ModuleState(this.prefix + prefix + ".", all, trainable, placement);
    }

    /** A new trainable tensor of ones or zeros, not yet initialised otherwise. */
    Tensor parameter(String name, double value, long... shape) {
        Tensor tensor = buffer(name, value, shape);
        trainable.add(prefix + name);
        return tensor.set_requires_grad(true);
    }

    /** A new tensor that is saved but not trained. */
    Tensor buffer(String name, double value, long... shape) {
        try (TensorOptions options = options(placement.type())) {
            Tensor tensor = torch.empty(
                    shape,
                    options,
                    new MemoryFormatOptional(shape.length == 4 ? placement.layout() : MemoryFormat.Contiguous));
            tensor.fill_(new org.bytedeco.pytorch.Scalar(value));
            return all.add(prefix + name, tensor);
        }
    }

    /** A new count of type int64. */
    Tensor counter(String name) {
        try (TensorOptions options = options(ScalarType.Long)) {
            return all.add(prefix + name, torch.zeros(new long[0], options));
        }
    }

    private TensorOptions options(ScalarType type) {
        return new TensorOptions(type)
                .device(new org.bytedeco.pytorch.DeviceOptional(
                        placement.device().toTorch()));
    }

    /** Every tensor, in the order the layers were built: the network's state as it is saved. */
    public StateDict all() {
        return all;
    }

    /** A new dictionary of the tensors that are trained; the caller closes it. */
    public StateDict parameters() {
        StateDict parameters = new StateDict();
        trainable.forEach(name -> parameters.add(name, all.get(name)));
        return parameters;
    }
}
