package org.swav4j.loader;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.augment.Canvas;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.DataException;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.data.RandomKey;
import org.swav4j.tensor.ComputeDevice;

/**
 * Training batches of one rank: images in the epoch's order, each turned into its crops, prepared by worker threads a bounded
 * few batches ahead. What a batch holds is a pure function of source, recipe, seed, epoch and position: it depends neither on
 * the number of workers nor on where the epoch was entered.
 *
 * <p>An image that cannot be read is noted in the quarantine and replaced by another one of the epoch.
 *
 * <p>{@link #start}, {@link #next} and {@link #close} are for one thread. Create it outside a {@code PointerScope} that closes
 * first: the scope would free the batches.
 */
public final class Loader implements AutoCloseable {
    /** Beside those of the step that is being trained on. */
    private static final int BATCHES_AHEAD = 2;

    private static final int ATTEMPTS = 32;
    private static final int ATTEMPTS_NEAR = 16;

    private final ImageSource source;
    private final MultiCrop crops;
    private final int batchSize;
    private final int batchesPerStep;
    private final long seed;
    private final int rank;
    private final int world;
    private final Quarantine quarantine;
    private final Pipeline pipeline;
    private final DecodedCache cache;
    private volatile LoadingWatch watch = LoadingWatch.NONE;
    private Visit visit;

    /** The same with a batch for each step, and without keeping any decoded images. */
    public Loader(
            ImageSource source,
            MultiCrop crops,
            int batchSize,
            int workers,
            long seed,
            int rank,
            int world,
            Quarantine quarantine) {
        this(source, crops, batchSize, 1, workers, seed, rank, world, quarantine, 0, ComputeDevice.CPU, null);
    }

    /**
     * Starts the workers; nothing is loaded before {@link #start}.
     *
     * @param batchesPerStep batches that are taken before the first of them is released; an epoch has whole steps only
     * @param rank this process's place among {@code world}; each loads its own part of every epoch
     * @param keptBytes memory for decoded images that are kept from epoch to epoch, which saves reading and decoding them
     *     again; not used for tar shards, which are read from front to back
     * @param device that the batches are for; they lie in host memory
     * @param canvas null for crops; otherwise whole images are laid out in its squares, one resolution of one view each, to be
     *     cropped by whoever takes the batch
     * @throws DataException if a rank's part of the source is smaller than a step's batches
     */
    public Loader(
            ImageSource source,
            MultiCrop crops,
            int batchSize,
            int batchesPerStep,
            int workers,
            long seed,
            int rank,
            int world,
            Quarantine quarantine,
            long keptBytes,
            ComputeDevice device,
            Canvas canvas) {
        if (batchSize < 1 || batchesPerStep < 1 || workers < 1) {
            throw new IllegalArgumentException("batch size, batches per step and workers must be at least 1: "
                    + batchSize + ", " + batchesPerStep + " and " + workers);
        }
        if (world < 1 || rank < 0 || rank >= world) {
            throw new IllegalArgumentException("rank must satisfy 0 <= rank < world: " + rank + " of " + world);
        }
        if (source.size() / world / batchSize < batchesPerStep) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: fewer than one batch of %,d%s; use a smaller batch",
                    source.description(),
                    (long) batchSize * batchesPerStep,
                    world == 1 ? "" : " on each of " + world + " ranks"));
        }
        this.source = source;
        this.crops = crops;
        this.batchSize = batchSize;
        this.batchesPerStep = batchesPerStep;
        this.seed = seed;
        this.rank = rank;
        this.world = world;
        this.quarantine = quarantine;
        List<CropSpec> held = canvas == null ? crops.crops() : List.of(new CropSpec(1, canvas.side(), 1, 1));
        List<Batch> batches = IntStream.range(0, batchesPerStep + BATCHES_AHEAD)
                .mapToObj(i -> new Batch(held, batchSize, device))
                .toList();
        source.damaged().forEach(quarantine::record);
        cache = new DecodedCache(source.size(), source.shards().isPresent() ? 0 : keptBytes);
        pipeline = new Pipeline(
                "swav-loader",
                workers,
                batches,
                canvas == null ? () -> new CropFiller(cropping()) : () -> new CropFiller(layingOut(canvas)),
                cache);
        batches.forEach(batch -> batch.onRelease(() -> pipeline.release(batch)));
    }

    /** Lets {@code hears} hear what the workers do from now on, instead of who did before. */
    public void watch(LoadingWatch hears) {
        watch = hears;
    }

    /** Batches that make up a step. */
    public int batchesPerStep() {
        return batchesPerStep;
    }

    /** Steps of one epoch; an incomplete last one is dropped. */
    public int stepsPerEpoch() {
        return source.size() / world / batchSize / batchesPerStep;
    }

    /**
     * Begins an epoch at any of its steps without decoding what came before. May be called as soon as the last batch of the
     * previous epoch was taken, so that the workers never pause; an epoch not finished is given up.
     */
    public void start(int epochNumber, int firstStep) {
        start(epochNumber, firstStep, List.of());
    }

    /**
     * The same where other numbers of ranks did steps of this epoch.
     *
     * @param before see {@link EpochOrder#shuffled(ImageSource, long, int, int, int, List)}
     */
    public void start(int epochNumber, int firstStep, List<EpochOrder.Stretch> before) {
        start(epochNumber, firstStep, EpochOrder.shuffled(source, seed, epochNumber, rank, world, before));
    }

    /** The same in an order of one's own, which has as many positions. */
    public void start(int epochNumber, int firstStep, EpochOrder order) {
        if (firstStep < 0 || firstStep > stepsPerEpoch()) {
            throw new IllegalArgumentException(
                    "first step must satisfy 0 <= first <= " + stepsPerEpoch() + ", found " + firstStep);
        }
        giveUp();
        int firstBatch = firstStep * batchesPerStep;
        Visit next = new Visit(source, order, firstBatch * batchSize);
        visit = next;
        pipeline.start(
                firstBatch,
                stepsPerEpoch() * batchesPerStep,
                (batch, number) -> batch.open(epochNumber, number, next, number * batchSize, batchSize));
    }

    /**
     * The epoch's next batch, or null after its last; waits until it is ready. Release it before taking two further than
     * its step has.
     *
     * @throws DataException if too many images in a row cannot be read
     */
    public Batch next() {
        return pipeline.next();
    }

    /** How long the last {@link #next} waited for the workers, nanoseconds. */
    public long lastWaitNanos() {
        return pipeline.lastWaitNanos();
    }

    /** Ends the workers and frees every batch, those not released too. */
    @Override
    public void close() {
        try (pipeline) {
            giveUp();
        }
    }

    private void giveUp() {
        if (visit != null) {
            visit.close();
            visit = null;
        }
    }

    /** What becomes of a decoded image; with native scratch of one thread. */
    private interface Rendering extends AutoCloseable {
        void render(Mat image, SplittableRandom random, Batch batch, int sample);

        @Override
        void close();
    }

    private Rendering cropping() {
        MultiCrop.Worker worker = crops.newWorker();
        return new Rendering() {
            @Override
            public void render(Mat image, SplittableRandom random, Batch batch, int sample) {
                worker.apply(image, random, (resolution, crop) -> batch.place(resolution, crop, sample));
            }

            @Override
            public void close() {
                worker.close();
            }
        };
    }

    private static Rendering layingOut(Canvas canvas) {
        Canvas.Worker worker = canvas.newWorker();
        return new Rendering() {
            @Override
            public void render(Mat image, SplittableRandom random, Batch batch, int sample) {
                batch.lies(sample, worker.place(image, random, batch.place(0, 0, sample)));
            }

            @Override
            public void close() {
                worker.close();
            }
        };
    }

    /** Fills one sample: the image, or a replacement, and its crops. */
    private final class CropFiller implements Pipeline.Filler {
        private final ImageReader reader = new ImageReader(quarantine, cache, stage -> watch.now(stage));
        private final Rendering rendering;

        CropFiller(Rendering rendering) {
            this.rendering = rendering;
        }

        @Override
        public void fill(Batch batch, int sample) {
            int wanted = batch.image(sample);
            int position = batch.positionOf(sample);
            long step = batch.epoch() * stepsPerEpoch() + batch.position() / batchesPerStep + 1;
            Mat image = reader.read(batch.visit(), position, position, step);
            if (image == null) {
                image = replacement(batch, sample, position, step);
            }
            if (image != null) {
                watch.now(LoadingWatch.Stage.CROP);
                SplittableRandom random = RandomKey.of(seed, batch.epoch(), wanted);
                rendering.render(image, random, batch, sample);
            }
            watch.now(LoadingWatch.Stage.IDLE);
        }

        /**
         * Tries other images of the epoch, drawn by the position of the one to replace: the same ones on every run, and on any
         * number of ranks that have one order in common. Those of
         * the same window come first, being cheap; the others, should all of a window be lost. Null if the visit was given
         * up.
         */
        private Mat replacement(Batch batch, int sample, int position, long step) {
            Visit from = batch.visit();
            // images use the keys 0, 1, ... and the epoch's order -1
            SplittableRandom random =
                    RandomKey.of(seed, batch.epoch(), -2L - from.order().commonPosition(position));
            for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
                EpochOrder order = from.order();
                int candidate = attempt <= ATTEMPTS_NEAR ? order.drawNear(position, random) : order.draw(random);
                Mat image = reader.read(from, candidate, position, step);
                if (image != null) {
                    batch.shows(sample, order.image(candidate));
                    return image;
                }
                if (from.givenUp()) {
                    return null;
                }
            }
            Quarantine.Entry example = quarantine.entries().get(0);
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %d images in a row could not be read, %,d so far; for example %s: %s",
                    source.description(),
                    ATTEMPTS,
                    quarantine.count(),
                    example.name(),
                    example.reason()));
        }

        @Override
        public void close() {
            rendering.close();
            reader.close();
        }
    }
}
