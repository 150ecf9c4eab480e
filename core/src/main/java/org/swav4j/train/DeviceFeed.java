package org.swav4j.train;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.EpochOrder;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.method.MicroBatch;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.StateDict;

/**
 * Brings the loader's batches to the device that trains on them. For one thread. Create it outside a {@code PointerScope} that
 * closes first.
 */
interface DeviceFeed extends AutoCloseable {
    /**
     * Begins an epoch at any of its steps.
     *
     * @param before other numbers of ranks that did steps of it
     */
    void start(int epoch, int firstStep, List<EpochOrder.Stretch> before);

    /**
     * The micro-batches of the next step, their crops on the device; null after the epoch's last. They are valid until
     * {@link #release}.
     */
    List<MicroBatch> next();

    /** Indices into the source of the images in the step last taken from {@link #next}. */
    int[] images();

    /** Says that the step which uses them has been begun: all its work on the device is under way or done. */
    void release();

    /** How long training stood still for the images last taken, nanoseconds; from a GPU it is known a step late. */
    long lastWaitNanos();

    /** Gives up what is under way. The loader stays open. */
    @Override
    void close();

    /**
     * The way from a loader to a device.
     *
     * @param recipe of the crops that are made on the device from the loader's whole images; null if it makes crops itself
     */
    static DeviceFeed of(Loader loader, ComputeDevice device, MultiCrop recipe) {
        return device.isCuda() ? new CudaFeed(loader, device, recipe) : new HostFeed(loader, recipe);
    }

    /** Empty uint8 [n·B, s, s, 3] of each resolution, owned by {@code owner}. */
    static List<Tensor> buffers(List<CropSpec> specs, int batch, ComputeDevice device, StateDict owner) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions(ScalarType.Byte).device(new DeviceOptional(device.toTorch()));
            return specs.stream()
                    .map(spec -> owner.add(
                            spec + "." + owner.size(),
                            torch.zeros(
                                    new long[] {(long) spec.count() * batch, spec.size(), spec.size(), 3}, options)))
                    .toList();
        }
    }

    /** The crops of a batch as tensors over its memory, [n·B, s, s, 3] of each resolution; nothing is copied. */
    static List<Tensor> tensors(Batch batch) {
        List<Tensor> tensors = new ArrayList<>();
        for (int r = 0; r < batch.resolutions(); r++) {
            tensors.add(batch.tensor(r));
        }
        return tensors;
    }
}
