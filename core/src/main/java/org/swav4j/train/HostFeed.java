package org.swav4j.train;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.batch.BatchAugmentation;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.StateDict;

/** To the CPU: the batch's memory itself, or the crops made of it. */
final class HostFeed implements DeviceFeed {
    private final Loader loader;
    private final MultiCrop recipe;
    private final StateDict owned = new StateDict();
    private List<Tensor> crops = List.of();
    private Batch batch;

    HostFeed(Loader loader, MultiCrop recipe) {
        this.loader = loader;
        this.recipe = recipe;
    }

    @Override
    public void start(int epoch, int firstBatch) {
        release();
        loader.start(epoch, firstBatch);
    }

    @Override
    public List<Tensor> next() {
        release();
        batch = loader.next();
        if (batch == null || recipe == null) {
            return batch == null ? null : DeviceFeed.tensors(batch);
        }
        if (crops.isEmpty()) {
            crops = DeviceFeed.buffers(recipe.crops(), batch.size(), ComputeDevice.CPU, owned);
        }
        new BatchAugmentation(recipe).apply(DeviceFeed.tensors(batch).get(0), batch.images(), crops);
        return crops;
    }

    @Override
    public void release() {
        if (batch != null) {
            batch.release();
            batch = null;
        }
    }

    @Override
    public long lastWaitNanos() {
        return loader.lastWaitNanos();
    }

    @Override
    public void close() {
        release();
        owned.close();
    }
}
