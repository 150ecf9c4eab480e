package org.swav4j.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.Progress;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Timed;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.optim.LearningRate;
import org.swav4j.profile.Phase;
import org.swav4j.profile.ProfileReport;
import org.swav4j.profile.StepProfiler;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.StateDict;

/** The epochs and steps of a run, from where it begins or goes on to its end, with metrics, saves and rewinds. */
final class TrainingLoop implements AutoCloseable {
    /** From a GPU a step's loss is known when the next one has been begun. */
    private static final int BATCHES_REMEMBERED = 3;

    private final Pretraining.Job job;
    private final PretrainConfig config;
    private final TrainingState state;
    private final DeviceFeed feed;
    private final int stepsPerEpoch;
    private final int queueRows;
    private final StepProfiler profiler;
    private final BrokenImages broken;
    private final TrainingListener listener;
    private final BooleanSupplier stop;
    private final Timed collective;
    private final RankAgreement ranks;
    private final Progress from;
    /** How much further along the schedule the run is than its steps say. */
    private final long passed;

    private final LearningRate schedule;
    private final long totalSteps;
    private final Pretrainer trainer;
    private final Monitor monitor;
    private final Rewinds rewinds;
    private final Saving saving;
    private final StepTelling telling;
    private final Map<Long, int[]> batches = new LinkedHashMap<>();
    private final RunMetrics metrics;
    private EpochShares earlier = EpochShares.NONE;
    private double loss = Double.NaN;
    private ProfileReport profile;

    /**
     * Brings the state to where the run begins or goes on.
     *
     * @param batchPerRank images of a step on this rank
     * @param feed of this rank's part of the images
     * @throws IllegalArgumentException if what to go on from or begin with does not fit
     */
    TrainingLoop(
            Pretraining.Job job,
            int batchPerRank,
            TrainingState state,
            DeviceFeed feed,
            int stepsPerEpoch,
            Timed collective,
            StepProfiler profiler,
            BrokenImages broken,
            TrainingListener listener,
            BooleanSupplier stop)
            throws IOException {
        this.job = job;
        this.config = job.config();
        this.state = state;
        this.feed = feed;
        this.stepsPerEpoch = stepsPerEpoch;
        this.queueRows = FeatureQueue.lengthPerRank(config.method().queueLength(), batchPerRank, collective);
        this.profiler = profiler;
        this.broken = broken;
        this.listener = listener;
        this.stop = stop;
        int prototypes = config.model().prototypes().get(0);
        this.collective = collective;
        this.ranks = new RankAgreement(collective);
        if (ranks.any(job.evaluation() != null) && job.evaluation() == null) {
            throw new IllegalArgumentException("this rank has no evaluation, and others have one");
        }
        OnlineProbe probe = ranks.isFirst() ? OnlineProbe.of(job, state.model().device(), feed::images) : null;
        this.monitor = new Monitor(prototypes, Math.max(200, stepsPerEpoch), state.losses(), probe, collective);
        this.from = job.resume() == null ? begin() : goOn(job.resume());
        this.passed = (long) from.epoch() * stepsPerEpoch + from.batch() - from.step();
        this.schedule = new LearningRate(config.schedule(), config.epochs(), stepsPerEpoch, passed);
        long all = (long) stepsPerEpoch * config.epochs() - passed;
        this.totalSteps = config.maxSteps() == 0 ? all : Math.min(all, config.maxSteps());
        Keeping keeping = config.checkpointActivations() ? Keeping.INPUTS : Keeping.ALL;
        this.trainer = new Pretrainer(
                state,
                config.method(),
                schedule,
                config.precision(),
                keeping,
                collective,
                config.ranks().compression(),
                monitor.features(),
                profiler);
        this.metrics = ranks.isFirst()
                ? new RunMetrics(job.run(), job.resume() != null, from.step(), listener::warning)
                : RunMetrics.silent();
        this.telling = new StepTelling(config, totalSteps, trainer, monitor, metrics, ranks, collective, listener);
        int most = config.safety().onDivergence().rewinds();
        long before = most == 0 ? 0 : ranks.first(metrics.leftOutBefore());
        this.rewinds = new Rewinds(job.run().diverged(), most, (int) before);
        this.saving = new Saving(job, state, trainer, monitor, listener, metrics::sync, ranks, System::nanoTime);
    }

    private Progress begin() {
        if (job.initial() != null) {
            List<String> fresh = state.model().startFrom(job.initial(), "--init-from");
            if (!fresh.isEmpty()) {
                listener.warning("--init-from: of another shape and therefore fresh: " + String.join(", ", fresh));
            }
        }
        state.share();
        return new Progress(0, 0, 0, stepsPerEpoch, job.images().fingerprint(), "");
    }

    /**
     * Becomes what a checkpoint holds.
     *
     * @return where it stands; of other images, if those were accepted, at the same part of the same epoch
     */
    private Progress goOn(Checkpoint checkpoint) {
        Progress saved = checkpoint.progress();
        boolean same =
                saved.dataFingerprint().equals(job.images().fingerprint()) && saved.stepsPerEpoch() == stepsPerEpoch;
        if (!same && !job.acceptDataChange()) {
            throw new IllegalArgumentException(checkpoint.directory()
                    + ": was made on other images or another batch size than "
                    + job.images().description() + " in batches of " + config.batchSize());
        }
        state.restore(checkpoint, config.method().cropsForAssign().size(), queueRows);
        try (StateDict remembered = checkpoint.monitor()) {
            monitor.restore(remembered);
        }
        int batch = same ? saved.batch() : (int) ((long) saved.batch() * stepsPerEpoch / saved.stepsPerEpoch());
        return new Progress(
                saved.step(),
                saved.epoch(),
                batch,
                stepsPerEpoch,
                job.images().fingerprint(),
                saved.randomState(),
                // nobody has visited a part of another epoch
                same ? saved.shares() : List.of(new Progress.Share(collective.world(), batch)));
    }

    /**
     * Trains until the last epoch, the last step or a stop.
     *
     * @throws DivergedException if the training diverges and may not go back; the newest checkpoint stays
     */
    TrainingResult run() throws IOException {
        listener.started(new TrainingPlan(
                config.epochs(),
                stepsPerEpoch,
                totalSteps,
                state.step(),
                job.images().size()));
        if (ranks.first(job.resume() == null && (job.initial() != null || rewinds.most() > 0))) {
            // what a run began with must not be lost if it ends before it saves, nor be lacking to go back to
            saving.now(place(0, 0), null);
        }
        catchUp();
        Progress at = from;
        while (true) {
            try {
                return goOn(at);
            } catch (DivergedException e) {
                at = rewind(e);
            }
        }
    }

    /** A run that was stopped at the very end of an epoch has not measured that epoch yet. */
    private void catchUp() {
        boolean atAnEnd = job.resume() != null && from.batch() == 0 && from.epoch() > 0;
        if (ranks.first(atAnEnd && job.resume().knnTop1().isEmpty())) {
            Saving.Place end = place(from.epoch() - 1, stepsPerEpoch);
            Double top1 = evaluated(from.epoch() - 1, end, state.step() >= totalSteps);
            if (top1 != null) {
                saving.now(end, top1);
            }
        }
    }

    private TrainingResult goOn(Progress at) throws IOException {
        int firstStep = at.batch();
        earlier = EpochShares.of(at, collective.world());
        for (int epoch = at.epoch(); epoch < config.epochs() && state.step() < totalSteps; epoch++) {
            if (state.queue() == null
                    && config.method().queueLength() > 0
                    && epoch >= config.method().queueStartEpoch()) {
                state.startQueue(config.method().cropsForAssign().size(), queueRows);
            }
            if (!epoch(epoch, firstStep)) {
                return ended(true);
            }
            firstStep = 0;
            earlier = EpochShares.NONE;
        }
        return ended(false);
    }

    private TrainingResult ended(boolean interrupted) {
        profiler.finish().ifPresent(this::profiled);
        // nobody ends well before what the first has saved is on disk
        collective.first(() -> {});
        return new TrainingResult(interrupted, state.step(), loss, saving.newest(), profile);
    }

    private void profiled(ProfileReport report) {
        profile = report;
        listener.profiled(report);
        telling.skipPause();
    }

    /** Returns whether to go on. */
    private boolean epoch(int epoch, int firstStep) throws IOException {
        feed.start(epoch, firstStep, earlier.stretches(config.batchSize()));
        int done = firstStep;
        while (step(epoch, done)) {
            profiler.stepEnds(state.step()).ifPresent(this::profiled);
            done++;
            if (ranks.any(stop.getAsBoolean())) {
                broken.tell();
                loss = trainer.lastLoss();
                saving.now(place(epoch, done), null);
                return false;
            }
            if (state.step() >= totalSteps) {
                break;
            }
            if (done < stepsPerEpoch) {
                saving.offer(place(epoch, done), null);
            }
        }
        broken.tell();
        broken.refuseTooMany();
        loss = trainer.lastLoss();
        Saving.Place end = place(epoch, done);
        boolean last = epoch + 1 == config.epochs() || state.step() >= totalSteps;
        Double top1 = evaluated(epoch, end, last);
        // an evaluation can take long, and who asks for a stop meanwhile does not wait for another step
        boolean stopped = ranks.any(!last && stop.getAsBoolean());
        if (last || stopped) {
            saving.now(end, top1);
        } else {
            saving.offer(end, top1);
        }
        telling.skipPause();
        return !stopped;
    }

    private Saving.Place place(int epoch, int done) {
        return new Saving.Place(
                epoch, done, stepsPerEpoch, job.images().fingerprint(), earlier.with(collective.world(), done));
    }

    /**
     * Does one step.
     *
     * @param done steps of the epoch that are done
     * @return false if the epoch has no more
     */
    private boolean step(int epoch, int done) {
        long number = state.step();
        double learningRate = schedule.at(number);
        String leftOut = rewinds.symptom(number);
        collective.now(number);
        try (PointerScope scope = new PointerScope()) {
            profiler.stepBegins();
            List<MicroBatch> taken = next(epoch, done);
            if (taken == null) {
                return false;
            }
            remember(number);
            if (leftOut == null) {
                loss = trainer.step(taken, StepTelling.measures(number) ? monitor.statistics() : StepObserver.NONE);
            } else {
                state.setStep(number + 1);
            }
        }
        profiler.now(Phase.OTHER);
        feed.release();
        telling.ended(feed.lastWaitNanos());
        if (leftOut == null) {
            telling.done(state.step(), epoch, loss, learningRate);
        } else {
            metrics.leftOut(state.step(), epoch, leftOut);
        }
        return true;
    }

    private void remember(long step) {
        batches.put(step, feed.images());
        if (batches.size() > BATCHES_REMEMBERED) {
            batches.remove(batches.keySet().iterator().next());
        }
    }

    /** The next batch. Where it cannot be had, as when a network disk is gone, what was learned until then is saved. */
    private List<MicroBatch> next(int epoch, int done) {
        List<MicroBatch> taken = null;
        Throwable failure = null;
        try {
            taken = feed.next();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (ranks.any(failure != null)) {
            Throwable told = failure != null
                    ? failure
                    : new IllegalStateException("another rank cannot load its images and says why");
            saveBecauseOf(told, place(epoch, done));
            if (failure == null) {
                // the rank that failed does not come to this, and its end gives the reason
                ranks.any(false);
            }
            if (told instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) told;
        }
        return taken;
    }

    private void saveBecauseOf(Throwable failure, Saving.Place place) {
        try {
            saving.now(place, null);
        } catch (RuntimeException saveFailed) {
            failure.addSuppressed(saveFailed);
        }
    }

    /**
     * Writes down what could not be learned from, and goes back to the newest checkpoint if that is still allowed.
     *
     * @return where the state stands then
     */
    private Progress rewind(DivergedException failure) throws IOException {
        int epoch = (int) ((failure.step() + passed) / stepsPerEpoch);
        List<String> names = Arrays.stream(ranks.gather(batches.getOrDefault(failure.step(), new int[0])))
                .mapToObj(job.images()::name)
                .toList();
        try {
            if (ranks.isFirst()) {
                rewinds.writeDown(failure, epoch, names);
            }
        } catch (IOException e) {
            listener.warning(job.run().diverged() + ": cannot be written: " + e.getMessage());
        }
        Checkpoint back = rewinds.allow(failure) ? goBackFrom(failure) : null;
        if (back == null) {
            throw failure;
        }
        rewinds.leaveOut(failure);
        Progress at = goOn(back);
        trainer.goneBack();
        metrics.backTo(at.step());
        batches.clear();
        String message = String.format(
                Locale.ROOT,
                "%s at step %d; back to %s, and the batch of that step is left out (rewind %d of %d; its images are in %s)",
                failure.symptom(),
                failure.step(),
                back.directory().getFileName(),
                rewinds.count(),
                rewinds.most(),
                job.run().diverged());
        listener.rewound(at.step(), message);
        telling.skipPause();
        return at;
    }

    private Checkpoint goBackFrom(DivergedException failure) {
        try {
            return saving.goBack().orElse(null);
        } catch (CheckpointException e) {
            failure.addSuppressed(e);
            return null;
        }
    }

    /**
     * Accuracy at the end of an epoch, if it is to be measured now; null if not. Of several ranks the others know no more than that
     * there is one. Whatever goes wrong then costs nothing of the training.
     */
    private Double evaluated(int epoch, Saving.Place end, boolean last) {
        boolean due = config.knnEvery() > 0 && ((epoch + 1) % config.knnEvery() == 0 || last);
        if (!ranks.first(due && job.evaluation() != null)) {
            return null;
        }
        saving.beforeSomethingLong(end);
        double[] measured = {Double.NaN};
        CpuThreads.use(config.threads());
        try {
            if (config.ranks().sharing(collective.world()) == collective.world()) {
                measured[0] = job.evaluation().top1(state.model(), collective);
            } else {
                // the others' models normalise by statistics of their own
                collective.first(() -> measured[0] = job.evaluation().top1(state.model(), new Alone()));
            }
        } catch (RuntimeException | Error e) {
            if (ranks.isAlone()) {
                saveBecauseOf(e, end);
            }
            throw e;
        } finally {
            CpuThreads.useInTraining(config.threads());
        }
        double top1 = measured[0];
        metrics.accuracy(state.step(), epoch, top1);
        listener.knn(epoch + 1, top1);
        return top1;
    }

    @Override
    public void close() {
        try (trainer;
                monitor;
                metrics;
                saving) {
            // closed from the last to the first: what is being written still syncs the log
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
