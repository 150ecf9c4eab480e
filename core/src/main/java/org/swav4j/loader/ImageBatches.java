package org.swav4j.loader;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.DataException;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.data.Share;
import org.swav4j.tensor.ComputeDevice;

/**
 * Every image of a source once, in order, without augmentation, as batches of uint8 RGB [B, size, size, 3]. An image that
 * cannot be read is noted in the quarantine and left out, so batches may be smaller; {@link Batch#indices()} says what they
 * hold. Create it outside a {@code PointerScope} that closes first.
 */
public final class ImageBatches implements AutoCloseable {
    private static final int BATCHES_IN_FLIGHT = 3;
    private final EvalTransform transform;
    private final Quarantine quarantine;
    private final Visit visit;
    /** Keeps nothing, as every image is seen once. */
    private final DecodedCache cache = new DecodedCache(0, 0);

    private final Pipeline pipeline;

    /** Starts the workers, which begin with the first image at once. */
    public ImageBatches(
            ImageSource source, EvalTransform transform, int batchSize, int workers, Quarantine quarantine) {
        this(source, new Share(0, source.size()), transform, batchSize, workers, quarantine);
    }

    /** The same of some images, which may be none. */
    public ImageBatches(
            ImageSource source,
            Share share,
            EvalTransform transform,
            int batchSize,
            int workers,
            Quarantine quarantine) {
        if (batchSize < 1 || workers < 1) {
            throw new IllegalArgumentException(
                    "batch size and workers must be at least 1: " + batchSize + " and " + workers);
        }
        this.transform = transform;
        this.quarantine = quarantine;
        List<CropSpec> whole = List.of(new CropSpec(1, transform.size(), 1, 1));
        int capacity = Math.max(1, Math.min(batchSize, source.size()));
        List<Batch> batches = IntStream.range(0, BATCHES_IN_FLIGHT)
                .mapToObj(i -> new Batch(whole, capacity, ComputeDevice.CPU))
                .toList();
        pipeline = new Pipeline("swav-images", workers, batches, ViewFiller::new, cache);
        batches.forEach(batch -> batch.onRelease(() -> pipeline.release(batch)));
        source.damaged().forEach(quarantine::record);
        visit = new Visit(source, EpochOrder.sequential(source), share.from());
        pipeline.start(0, (share.size() + capacity - 1) / capacity, (batch, number) -> {
            int from = share.from() + number * capacity;
            batch.open(0, number, visit, from, Math.min(capacity, share.to() - from));
        });
    }

    /**
     * The next batch with at least one image, or null after the last. Release it before taking more than two further.
     *
     * @throws DataException if loading cannot go on
     */
    public Batch next() {
        while (true) {
            Batch batch = pipeline.next();
            if (batch == null) {
                return null;
            }
            batch.dropUnread();
            if (batch.size() > 0) {
                return batch;
            }
            batch.release();
        }
    }

    /** Ends the workers and frees every batch, those not released too. */
    @Override
    public void close() {
        try (pipeline) {
            visit.close();
        }
    }

    private final class ViewFiller implements Pipeline.Filler {
        private static final int UNREAD = -1;

        private final ImageReader reader = new ImageReader(quarantine, cache, LoadingWatch.NONE);
        private final EvalTransform.Worker worker = transform.newWorker();

        @Override
        public void fill(Batch batch, int sample) {
            int position = batch.positionOf(sample);
            Mat image = reader.read(batch.visit(), position, position, Quarantine.NO_STEP);
            if (image == null) {
                batch.shows(sample, UNREAD);
            } else {
                worker.apply(image, batch.place(0, 0, sample));
            }
        }

        @Override
        public void close() {
            worker.close();
            reader.close();
        }
    }
}
