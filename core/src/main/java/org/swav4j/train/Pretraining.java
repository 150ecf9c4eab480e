package org.swav4j.train;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.swav4j.augment.Canvas;
import org.swav4j.augment.MultiCrop;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.Timed;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.loader.Loader;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.profile.StepProfiler;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** A whole pretraining: epochs of {@link Pretrainer} steps over a source of images, with metrics and checkpoints. */
public final class Pretraining {
    /**
     * What to do.
     *
     * @param images whose labels, if they have any, serve an online probe and nothing else
     * @param run where metrics and checkpoints go
     * @param resume the checkpoint to go on from, or null to begin
     * @param initial weights to begin with, or null for fresh ones
     * @param evaluation called every {@link PretrainConfig#knnEvery} epochs, or null; on every rank or on none
     * @param profiledSteps how many steps to profile after the first few; 0: none
     * @param acceptDataChange whether to go on from a checkpoint that was made on other images
     * @param runId the run's identity, for its checkpoints; may be empty
     */
    public record Job(
            PretrainConfig config,
            ImageSource images,
            RunDirectory run,
            Checkpoint resume,
            StateDict initial,
            EpochEvaluation evaluation,
            int profiledSteps,
            boolean acceptDataChange,
            String runId) {

        /** Without a profile, on the images it was begun with. */
        public Job(
                PretrainConfig config,
                ImageSource images,
                RunDirectory run,
                Checkpoint resume,
                StateDict initial,
                EpochEvaluation evaluation) {
            this(config, images, run, resume, initial, evaluation, 0, false, "");
        }

        /** A beginning with fresh weights that nobody measures. */
        public Job(PretrainConfig config, ImageSource images, RunDirectory run) {
            this(config, images, run, null, null, null);
        }
    }

    /** Of several ranks the first speaks for all, but each must say what is wrong with its own part. */
    private record OtherRank(int rank, TrainingListener listener) implements TrainingListener {
        @Override
        public void warning(String message) {
            listener.warning("rank " + rank + ": " + message);
        }
    }

    private final Job job;
    private final PretrainConfig config;
    private final Timed collective;
    private final TrainingListener listener;
    private final BooleanSupplier stop;
    private final BrokenImages broken;
    private final int batchPerRank;

    /**
     * In one process, to its end.
     *
     * @param listener told of progress on the calling thread
     */
    public Pretraining(Job job, TrainingListener listener) {
        this(job, new Alone(), listener, () -> false);
    }

    /**
     * @param listener told of progress on the calling thread
     * @param stop asked after every step; true ends the run after saving
     * @throws ConfigurationException if the batch cannot be shared by the ranks, a rank's images cannot be cut into the
     *     micro-batches wanted, or they lack the labels that an online probe needs
     */
    public Pretraining(Job job, Collective collective, TrainingListener listener, BooleanSupplier stop) {
        this.job = job;
        this.config = job.config();
        this.collective = new Timed(collective);
        this.listener = collective.rank() == 0 ? listener : new OtherRank(collective.rank(), listener);
        this.stop = stop;
        this.broken = new BrokenImages(job.images(), job.run(), collective.rank(), this.listener);
        ConfigurationException.throwIfAny(config.problemsOn(collective.world()));
        this.batchPerRank = config.batchSize() / collective.world();
        if (config.probe()) {
            ConfigurationException.throwIfAny(OnlineProbe.problem(DataFacts.classes(job.images())).stream()
                    .toList());
        }
    }

    /**
     * Trains until the last epoch, the last step or a stop.
     *
     * @throws DataException if too many images are broken
     * @throws DivergedException if the training diverges and may not go back; the newest checkpoint stays
     */
    public TrainingResult run() throws IOException {
        try {
            return train();
        } catch (RuntimeException e) {
            // what was thrown through native code, as in a backward pass, has lost its type there
            throw collective.failure().map(RuntimeException.class::cast).orElse(e);
        }
    }

    private TrainingResult train() throws IOException {
        broken.goOn();
        CpuThreads.useInTraining(config.threads());
        RandomState.seed(config.seed());
        ComputeDevice device = new ComputeDevice(config.device()).next(collective.localRank());
        device.configure();
        Placement placement = Placement.of(device, config.precision());
        MultiCrop crops = new MultiCrop(config.crops(), config.augmentation());
        MultiCrop cropsOnDevice = config.augmentOn() == AugmentOn.DEVICE ? crops : null;
        int together = config.ranks().sharing(collective.world());
        Collective normalising = together == collective.world() ? collective : collective.groups(together);
        try (TrainingState state =
                        new TrainingState(config.model(), config.optimizer(), placement, collective, normalising);
                Loader loader = new Loader(
                        job.images(),
                        crops,
                        batchPerRank / config.gradAccum(),
                        config.gradAccum(),
                        config.workers(),
                        config.seed(),
                        collective.rank(),
                        collective.world(),
                        broken.quarantine(),
                        (long) config.cacheMb() << 20,
                        device,
                        cropsOnDevice == null ? null : Canvas.of(cropsOnDevice));
                DeviceFeed feed = DeviceFeed.of(loader, device, cropsOnDevice);
                StepProfiler profiler = new StepProfiler(
                        collective.rank() == 0 ? job.profiledSteps() : 0,
                        batchPerRank,
                        config.device(),
                        job.run().profile(),
                        listener::warning)) {
            loader.watch(profiler.loading());
            try (TrainingLoop loop = new TrainingLoop(
                    job,
                    batchPerRank,
                    state,
                    feed,
                    loader.stepsPerEpoch(),
                    collective,
                    profiler,
                    broken,
                    listener,
                    stop)) {
                return loop.run();
            }
        } finally {
            broken.flush();
        }
    }
}
