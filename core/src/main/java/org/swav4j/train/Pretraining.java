package org.swav4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.augment.Canvas;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Progress;
import org.swav4j.comm.Collective;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.loader.Loader;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.LearningRate;
import org.swav4j.profile.Phase;
import org.swav4j.profile.ProfileReport;
import org.swav4j.profile.StepProfiler;
import org.swav4j.runlog.MetricsLog;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** A whole pretraining: epochs of {@link Pretrainer} steps over a source of images, with metrics and checkpoints. */
public final class Pretraining {
    private static final int MEASURE_EVERY = 10;
    private static final int CHECKPOINTS_KEPT = 3;
    /** Epochs of small data sets end every few seconds; saving takes as long as a step. */
    private static final long LEAST_NANOS_BETWEEN_SAVES = 15_000_000_000L;

    /**
     * What to do.
     *
     * @param images without labels, as far as this is concerned
     * @param run where metrics and checkpoints go
     * @param resume the checkpoint to go on from, or null to begin
     * @param initial weights to begin with, or null for fresh ones
     * @param evaluation called every {@link PretrainConfig#knnEvery} epochs, or null
     * @param profiledSteps how many steps to profile after the first few; 0: none
     */
    public record Job(
            PretrainConfig config,
            ImageSource images,
            RunDirectory run,
            Checkpoint resume,
            StateDict initial,
            EpochEvaluation evaluation,
            int profiledSteps) {

        /** Without a profile. */
        public Job(
                PretrainConfig config,
                ImageSource images,
                RunDirectory run,
                Checkpoint resume,
                StateDict initial,
                EpochEvaluation evaluation) {
            this(config, images, run, resume, initial, evaluation, 0);
        }
    }

    private final Job job;
    private final PretrainConfig config;
    private final Collective collective;
    private final TrainingListener listener;
    private final BooleanSupplier stop;
    private final BrokenImages broken;
    private final CheckpointDirectory checkpoints;
    private final String configYaml;
    private final int batchPerRank;
    private long lastSave = System.nanoTime();
    private Path newest;
    private ProfileReport profile;

    /**
     * @param listener told of progress on the calling thread
     * @param stop asked after every step; true ends the run after saving
     * @throws ConfigurationException if a rank's images cannot be cut into the micro-batches wanted
     */
    public Pretraining(Job job, Collective collective, TrainingListener listener, BooleanSupplier stop) {
        this.job = job;
        this.config = job.config();
        this.collective = collective;
        this.listener = listener;
        this.stop = stop;
        this.broken = new BrokenImages(job.images(), job.run(), listener);
        this.checkpoints = new CheckpointDirectory(job.run().checkpoints(), CHECKPOINTS_KEPT);
        this.configYaml = ConfigYaml.write(config, List.of());
        this.batchPerRank = config.batchSize() / collective.world();
        ConfigurationException.throwIfAny(
                MicroBatches.problem(config.gradAccum(), batchPerRank).stream().toList());
    }

    /**
     * Trains until the last epoch, the last step or a stop.
     *
     * @throws DataException if too many images are broken
     * @throws DivergedException if the loss is not finite; the newest checkpoint stays
     */
    public TrainingResult run() throws IOException {
        broken.goOn();
        // a thread's first call into libtorch sets its number of threads to the default, so that call comes first
        torch.get_num_threads();
        torch.set_num_threads(config.threads());
        RandomState.seed(config.seed());
        ComputeDevice device = new ComputeDevice(config.device());
        device.configure();
        Placement placement = Placement.of(device, config.precision());
        MultiCrop crops = new MultiCrop(config.crops(), config.augmentation());
        MultiCrop cropsOnDevice = config.augmentOn() == AugmentOn.DEVICE ? crops : null;
        try (TrainingState state = new TrainingState(config.model(), config.optimizer(), placement, collective);
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
                        job.profiledSteps(),
                        batchPerRank,
                        config.device(),
                        job.run().profile(),
                        listener::warning)) {
            loader.watch(profiler.loading());
            Progress from = begin(state, loader.stepsPerEpoch());
            try (MetricsLog metrics = metrics();
                    Epochs epochs = new Epochs(state, feed, loader.stepsPerEpoch(), metrics, profiler)) {
                return epochs.run(from);
            }
        } finally {
            broken.flush();
        }
    }

    /** A run that ended before its first checkpoint begins again, over the rows it has written. */
    private MetricsLog metrics() throws IOException {
        if (job.resume() != null) {
            return MetricsLog.openForResume(job.run(), job.resume().progress().step());
        }
        return Files.exists(job.run().metrics())
                ? MetricsLog.openForResume(job.run(), 0)
                : MetricsLog.create(job.run());
    }

    /** Puts the state where the run begins or goes on. */
    private Progress begin(TrainingState state, int stepsPerEpoch) {
        if (job.resume() == null) {
            if (job.initial() != null) {
                List<String> fresh = state.model().startFrom(job.initial(), "--init-from");
                if (!fresh.isEmpty()) {
                    listener.warning("--init-from: of another shape and therefore fresh: " + String.join(", ", fresh));
                }
            }
            return new Progress(0, 0, 0, stepsPerEpoch, job.images().fingerprint(), "");
        }
        Checkpoint checkpoint = job.resume();
        String place = checkpoint.directory().toString();
        if (!checkpoint.progress().dataFingerprint().equals(job.images().fingerprint())
                || checkpoint.progress().stepsPerEpoch() != stepsPerEpoch) {
            throw new IllegalArgumentException(place + ": was made on other images or another batch size than "
                    + job.images().description() + " in batches of " + config.batchSize());
        }
        try (StateDict model = checkpoint.model();
                StateDict optimizer = checkpoint.optimizer()) {
            state.model().state().copyFrom(model, place);
            state.optimizer().restore(optimizer, place);
        }
        if (checkpoint.hasQueue()) {
            startQueue(state);
            try (StateDict queue = checkpoint.queue()) {
                state.queue().state().copyFrom(queue, place);
            }
        }
        state.setStep(checkpoint.progress().step());
        RandomState.restore(Base64.getDecoder().decode(checkpoint.progress().randomState()));
        newest = checkpoint.directory();
        return checkpoint.progress();
    }

    private void startQueue(TrainingState state) {
        int rows = FeatureQueue.lengthPerRank(config.method().queueLength(), batchPerRank, collective);
        state.startQueue(config.method().cropsForAssign().size(), rows);
    }

    /** The loop over epochs and steps, with what it counts. */
    private final class Epochs implements AutoCloseable {
        private final TrainingState state;
        private final DeviceFeed feed;
        private final MetricsLog metrics;
        private final int stepsPerEpoch;
        private final long totalSteps;
        private final LearningRate schedule;
        private final Pretrainer trainer;
        private final CodeStatistics statistics;
        private final CollapseWatch collapse;
        private final Throughput throughput;
        private final DataWaitWatch dataWait;
        private final StepProfiler profiler;
        private double loss = Double.NaN;

        Epochs(TrainingState state, DeviceFeed feed, int stepsPerEpoch, MetricsLog metrics, StepProfiler profiler) {
            this.state = state;
            this.feed = feed;
            this.metrics = metrics;
            this.stepsPerEpoch = stepsPerEpoch;
            long all = (long) stepsPerEpoch * config.epochs();
            this.totalSteps = config.maxSteps() == 0 ? all : Math.min(all, config.maxSteps());
            this.schedule = new LearningRate(config.schedule(), config.epochs(), stepsPerEpoch);
            Keeping keeping = config.checkpointActivations() ? Keeping.INPUTS : Keeping.ALL;
            this.trainer =
                    new Pretrainer(state, config.method(), schedule, config.precision(), keeping, collective, profiler);
            int prototypes = config.model().prototypes().get(0);
            this.statistics = new CodeStatistics(prototypes, state.model().parameters());
            this.collapse = new CollapseWatch(prototypes, Math.max(200, stepsPerEpoch));
            this.throughput = new Throughput(config.batchSize());
            this.profiler = profiler;
            this.dataWait =
                    new DataWaitWatch(config.workers(), Runtime.getRuntime().availableProcessors());
        }

        TrainingResult run(Progress from) throws IOException {
            listener.started(new TrainingPlan(
                    config.epochs(),
                    stepsPerEpoch,
                    totalSteps,
                    state.step(),
                    job.images().size()));
            if (job.resume() == null && job.initial() != null) {
                // what a run began with must not be lost if it ends before its first epoch does
                save(0, 0);
            }
            int firstStep = from.batch();
            for (int epoch = from.epoch(); epoch < config.epochs() && state.step() < totalSteps; epoch++) {
                if (state.queue() == null
                        && config.method().queueLength() > 0
                        && epoch >= config.method().queueStartEpoch()) {
                    startQueue(state);
                }
                if (!epoch(epoch, firstStep)) {
                    return ended(true);
                }
                firstStep = 0;
            }
            return ended(false);
        }

        private TrainingResult ended(boolean interrupted) {
            profiler.finish().ifPresent(this::profiled);
            return new TrainingResult(interrupted, state.step(), loss, newest, profile);
        }

        private void profiled(ProfileReport report) {
            profile = report;
            listener.profiled(report);
            throughput.skipPause();
        }

        /** Returns whether to go on. */
        private boolean epoch(int epoch, int firstStep) throws IOException {
            feed.start(epoch, firstStep);
            int done = firstStep;
            while (step(epoch)) {
                profiler.stepEnds(state.step()).ifPresent(this::profiled);
                done++;
                if (stop.getAsBoolean()) {
                    broken.tell();
                    save(epoch, done);
                    return false;
                }
                if (state.step() >= totalSteps) {
                    break;
                }
            }
            broken.tell();
            broken.refuseTooMany();
            boolean last = epoch + 1 == config.epochs() || state.step() >= totalSteps;
            if (last || System.nanoTime() - lastSave > LEAST_NANOS_BETWEEN_SAVES) {
                save(epoch, done);
            }
            evaluate(epoch, last);
            throughput.skipPause();
            return true;
        }

        /** Returns false if the epoch has no more steps. */
        private boolean step(int epoch) throws IOException {
            boolean measured = state.step() % MEASURE_EVERY == 0;
            double learningRate = schedule.at(state.step());
            try (PointerScope scope = new PointerScope()) {
                profiler.stepBegins();
                List<MicroBatch> batches = feed.next();
                if (batches == null) {
                    return false;
                }
                loss = trainer.step(batches, measured ? statistics : StepObserver.NONE);
            }
            profiler.now(Phase.OTHER);
            feed.release();
            throughput.step(feed.lastWaitNanos());
            dataWait.step(throughput).ifPresent(listener::warning);
            listener.step(new StepReport(
                    state.step(),
                    totalSteps,
                    epoch,
                    config.epochs(),
                    loss,
                    learningRate,
                    throughput.imagesPerSecond(),
                    throughput.dataWaitShare(),
                    throughput.remaining(totalSteps - state.step())));
            if (measured) {
                metrics.write(row(epoch, learningRate));
            }
            if (state.step() > config.method().freezePrototypes()) {
                collapse.step(state.step(), loss, statistics.usageEntropy()).ifPresent(listener::warning);
            }
            return true;
        }

        private Map<String, Object> row(int epoch, double learningRate) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("step", state.step());
            row.put("epoch", epoch);
            row.put("loss", loss);
            row.put("learning_rate", learningRate);
            row.put("images_per_second", throughput.imagesPerSecond());
            row.put("data_wait_share", throughput.dataWaitShare());
            row.put("prototype_usage_entropy", statistics.usageEntropy());
            row.put("mean_max_code", statistics.meanMaxCode());
            row.put("gradient_norm", statistics.gradientNorm());
            row.put("memory_mb", Pointer.physicalBytes() >> 20);
            return row;
        }

        private void save(int epoch, int stepsDone) {
            loss = trainer.lastLoss();
            if (!state.model().parameters().isFinite()) {
                throw new DivergedException(state.step(), schedule.at(state.step()), Double.NaN);
            }
            boolean epochDone = stepsDone >= stepsPerEpoch;
            Progress progress = new Progress(
                    state.step(),
                    epochDone ? epoch + 1 : epoch,
                    epochDone ? 0 : stepsDone,
                    stepsPerEpoch,
                    job.images().fingerprint(),
                    Base64.getEncoder().encodeToString(RandomState.capture()));
            EncoderInfo encoder = new EncoderInfo(
                    config.model().arch().name(),
                    config.model().stem().toString(),
                    config.crops().stream().mapToInt(CropSpec::size).max().orElseThrow());
            newest = checkpoints.save(
                    new CheckpointDirectory.Contents(
                            progress,
                            encoder,
                            state.model().state(),
                            state.optimizer().state(),
                            state.queue() == null ? null : state.queue().state(),
                            configYaml),
                    BuildInfo.read().version());
            lastSave = System.nanoTime();
            listener.saved(newest, state.step());
        }

        private void evaluate(int epoch, boolean last) throws IOException {
            boolean due = config.knnEvery() > 0 && ((epoch + 1) % config.knnEvery() == 0 || last);
            if (due && job.evaluation() != null) {
                double top1 = job.evaluation().top1(state.model());
                metrics.write(Map.of("step", state.step(), "epoch", epoch, "knn_top1", top1));
                listener.knn(epoch + 1, top1);
            }
        }

        @Override
        public void close() {
            trainer.close();
        }
    }
}
