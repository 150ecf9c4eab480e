package org.swav4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.batch.BatchAugmentation;
import org.swav4j.data.EpochOrder;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.method.MicroBatch;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.StateDict;

/** To the CPU: the batch's memory itself, or the crops made of it. */
final class HostFeed implements DeviceFeed {
    private final Loader loader;
    private final MultiCrop recipe;
    private final StateDict owned = new StateDict();
    /** Of each micro-batch; none unless crops are made here. */
    private final List<List<Tensor>> crops = new ArrayList<>();

    private final List<Batch> taken = new ArrayList<>();
    private int[] images = {};
    private long lastWaitNanos;

    HostFeed(Loader loader, MultiCrop recipe) {
        this.loader = loader;
        this.recipe = recipe;
    }

    @Override
    public void start(int epoch, int firstStep, List<EpochOrder.Stretch> before) {
        release();
        loader.start(epoch, firstStep, before);
    }

    @Override
    public List<MicroBatch> next() {
        release();
        lastWaitNanos = 0;
        List<MicroBatch> step = new ArrayList<>();
        IntStream.Builder shown = IntStream.builder();
        for (int i = 0; i < loader.batchesPerStep(); i++) {
            Batch batch = loader.next();
            if (batch == null) {
                return null;
            }
            lastWaitNanos += loader.lastWaitNanos();
            taken.add(batch);
            IntStream.of(batch.indices()).forEach(shown::add);
            step.add(
                    recipe == null
                            ? new MicroBatch(DeviceFeed.tensors(batch), batch.size(), batch::release)
                            : cropped(batch, i));
        }
        images = shown.build().toArray();
        return step;
    }

    @Override
    public int[] images() {
        return images.clone();
    }

    /** Makes the crops, after which the batch can be filled again. */
    private MicroBatch cropped(Batch batch, int number) {
        if (number == crops.size()) {
            crops.add(DeviceFeed.buffers(recipe.crops(), batch.size(), ComputeDevice.CPU, owned));
        }
        new BatchAugmentation(recipe).apply(DeviceFeed.tensors(batch).get(0), batch.images(), crops.get(number));
        int size = batch.size();
        batch.release();
        return new MicroBatch(crops.get(number), size);
    }

    @Override
    public void release() {
        taken.forEach(Batch::release);
        taken.clear();
    }

    @Override
    public long lastWaitNanos() {
        return lastWaitNanos;
    }

    @Override
    public void close() {
        release();
        owned.close();
    }
}
