package org.swav4j.train;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.batch.BatchAugmentation;
import org.swav4j.data.EpochOrder;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.method.MicroBatch;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.DeviceStream;
import org.swav4j.tensor.StateDict;

/**
 * To a GPU: while it computes on one batch, the next is copied on a stream of its own into the other of two sets of buffers. The
 * host waits for neither: marks in the streams keep computing from starting before its copy is whole, and copies from
 * overwriting what is still computed on. Where the crops are made on the device, they are made on that stream, too.
 */
final class CudaFeed implements DeviceFeed {
    private final Loader loader;
    private final ComputeDevice device;
    private final MultiCrop recipe;
    private final DeviceStream compute;
    private final DeviceStream copying;
    private final Slot[] slots = new Slot[2];
    /** The slot whose batch is being copied, or was and is not taken yet; null if the epoch has no more. */
    private Slot coming;

    private Slot current;
    private int[] images = {};
    private RuntimeException failure;
    private long lastWaitNanos;

    CudaFeed(Loader loader, ComputeDevice device, MultiCrop recipe) {
        this.loader = loader;
        this.device = device;
        this.recipe = recipe;
        compute = DeviceStream.current(device);
        copying = DeviceStream.another(device);
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot();
        }
    }

    @Override
    public void start(int epoch, int firstStep, List<EpochOrder.Stretch> before) {
        abandon();
        loader.start(epoch, firstStep, before);
        coming = upload(slots[0]);
    }

    @Override
    public List<MicroBatch> next() {
        if (current != null) {
            throw new IllegalStateException("the batches taken before must be released first");
        }
        if (failure != null) {
            RuntimeException thrown = failure;
            failure = null;
            throw thrown;
        }
        if (coming == null) {
            return null;
        }
        current = coming;
        coming = null;
        current.ready.holdBack(compute);
        current.begun.set(compute);
        images = current.parts.stream()
                .flatMapToInt(part -> IntStream.of(part.batch.indices()))
                .toArray();
        return current.parts.stream().map(Part::microBatch).toList();
    }

    @Override
    public int[] images() {
        return images.clone();
    }

    @Override
    public void release() {
        Slot other = current == slots[0] ? slots[1] : slots[0];
        lastWaitNanos = standstill(other);
        current.used.set(compute);
        // the copy was over before the step could begin, and with it the host's part in the batch
        current.copied.await();
        current.giveBack();
        current = null;
        coming = upload(other);
    }

    /**
     * What the device's own clock says of the pause between the step before the last and the last one. Both are over, as the
     * loss of the last is read before this.
     */
    private long standstill(Slot last) {
        boolean known = last.begun.isReached() && current.used.isReached() && last.steps > 0 && current.steps > 0;
        current.steps++;
        return known ? Math.max(0, (long) (1e6 * last.begun.millisSince(current.used))) : 0;
    }

    /**
     * Copies the batches of the loader's next step; returns null if there is none. What goes wrong with them is thrown when the
     * step asks for them: the one before is not over yet.
     */
    private Slot upload(Slot slot) {
        try {
            return copied(slot);
        } catch (RuntimeException e) {
            failure = e;
            return null;
        }
    }

    private Slot copied(Slot slot) {
        for (Part part : slot.parts) {
            part.batch = loader.next();
            if (part.batch == null) {
                return null;
            }
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                DeviceStream.Region region = copying.enter()) {
            slot.used.holdBack(copying);
            slot.parts.forEach(Part::copy);
            slot.copied.set(copying);
            if (recipe != null) {
                slot.parts.forEach(Part::crop);
            }
            slot.ready.set(copying);
        }
        return slot;
    }

    @Override
    public long lastWaitNanos() {
        return lastWaitNanos;
    }

    private void abandon() {
        for (Slot slot : slots) {
            slot.copied.await();
            slot.giveBack();
            slot.steps = 0;
        }
        coming = null;
        current = null;
        failure = null;
        lastWaitNanos = 0;
    }

    @Override
    public void close() {
        compute.await();
        abandon();
        for (Slot slot : slots) {
            slot.close();
        }
        copying.close();
        compute.close();
    }

    /** A step's buffers, one of two sets. */
    private final class Slot implements AutoCloseable {
        private final List<Part> parts;
        private final DeviceStream.Mark copied = copying.newMark();
        private final DeviceStream.Mark ready = copying.newMark();
        private final DeviceStream.Mark begun = copying.newMark();
        private final DeviceStream.Mark used = copying.newMark();
        /** Steps since the epoch began. */
        private long steps;

        Slot() {
            parts = Stream.generate(Part::new).limit(loader.batchesPerStep()).toList();
        }

        /** Lets the loader fill the batches again. */
        void giveBack() {
            parts.forEach(Part::giveBack);
        }

        @Override
        public void close() {
            copied.close();
            ready.close();
            begun.close();
            used.close();
            parts.forEach(part -> part.owned.close());
        }
    }

    /** The buffers of one micro-batch. */
    private final class Part {
        private final StateDict owned = new StateDict();
        /** What the loader gives, and what is trained on: the same unless crops are made here. */
        private List<Tensor> copies = List.of();

        private List<Tensor> crops = List.of();
        private Batch batch;
        private int size;

        /** Takes memory the first time only, as every batch of a training has the same shape. */
        void copy() {
            if (copies.isEmpty()) {
                List<CropSpec> held = IntStream.range(0, batch.resolutions())
                        .mapToObj(batch::spec)
                        .toList();
                copies = DeviceFeed.buffers(held, batch.size(), device, owned);
                crops = recipe == null ? copies : DeviceFeed.buffers(recipe.crops(), batch.size(), device, owned);
            }
            size = batch.size();
            List<Tensor> pixels = DeviceFeed.tensors(batch);
            for (int r = 0; r < pixels.size(); r++) {
                copies.get(r).copy_(pixels.get(r), true);
            }
        }

        void crop() {
            new BatchAugmentation(recipe).apply(copies.get(0), batch.images(), crops);
        }

        MicroBatch microBatch() {
            return new MicroBatch(crops, size);
        }

        void giveBack() {
            if (batch != null) {
                batch.release();
                batch = null;
            }
        }
    }
}
