package org.swav4j.train;

import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.swav4j.augment.CropSpec;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.CheckpointSaver;
import org.swav4j.checkpoint.Contents;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Lineage;
import org.swav4j.checkpoint.Progress;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * When and how a run saves. While it trains, saving goes on beside it, and one that fails is a warning and is tried again: a
 * full disk is no reason to give up what is in memory. The last save of a run is waited for, and must succeed. Of several ranks
 * the first decides and writes, and the others give it their part.
 */
final class Saving implements AutoCloseable {
    /** What is lost at most by not saving before an evaluation. */
    private static final long WORTH_SAVING_NANOS = TimeUnit.SECONDS.toNanos(15);

    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * Where in its run a state stands.
     *
     * @param done steps of the epoch, which may be all of them
     * @param shares by how many ranks those were done
     */
    record Place(int epoch, int done, int stepsPerEpoch, String dataFingerprint, List<Progress.Share> shares) {
        boolean atEpochsEnd() {
            return done >= stepsPerEpoch;
        }

        int epochsDone() {
            return atEpochsEnd() ? epoch + 1 : epoch;
        }

        Progress progress(long step) {
            return new Progress(
                    step,
                    epochsDone(),
                    atEpochsEnd() ? 0 : done,
                    stepsPerEpoch,
                    dataFingerprint,
                    Base64.getEncoder().encodeToString(RandomState.capture()),
                    atEpochsEnd() ? List.of() : shares);
        }
    }

    private final RankAgreement ranks;
    private final PretrainConfig config;
    private final String runId;
    private final TrainingState state;
    private final Pretrainer trainer;
    private final Monitor monitor;
    private final TrainingListener listener;
    private final LongSupplier nanoTime;
    private final String configYaml;
    private final CheckpointDirectory directory;
    private final CheckpointSaver saver;
    private Path newest;
    private Double best;
    private long lastSave;
    /** Accuracy noted in the checkpoint last begun. */
    private Double begunTop1;
    /** A save that came due while another was being written. */
    private boolean owed;

    private boolean failing;

    /**
     * @param trainer of the state; a step's loss is waited for before its weights are saved
     * @param beforeWriting run on the writing thread before each checkpoint is written
     * @param ranks of which the first writes; every one calls the same methods of its own
     * @param nanoTime a clock that is never set, as the machine's may be
     */
    Saving(
            Pretraining.Job job,
            TrainingState state,
            Pretrainer trainer,
            Monitor monitor,
            TrainingListener listener,
            Runnable beforeWriting,
            RankAgreement ranks,
            LongSupplier nanoTime) {
        this.ranks = ranks;
        this.config = job.config();
        this.runId = job.runId();
        this.state = state;
        this.trainer = trainer;
        this.monitor = monitor;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.configYaml = ConfigYaml.write(config, List.of());
        this.directory =
                new CheckpointDirectory(job.run().checkpoints(), config.safety().keep());
        this.saver = new CheckpointSaver(directory, BuildInfo.read().version(), beforeWriting);
        this.newest = job.resume() == null ? null : job.resume().directory();
        this.best = ranks.isFirst() ? directory.bestTop1() : null;
        this.lastSave = nanoTime.getAsLong();
    }

    /** The newest checkpoint known to be whole; null before the first. */
    Path newest() {
        return newest;
    }

    /** Hears how a save that was going on beside ended, if it has. */
    private void listen() {
        try {
            saver.poll().ifPresent(this::saved);
        } catch (CheckpointException e) {
            failed(e);
        }
    }

    /**
     * Begins to save if it is time to, and tells how the save before ended; to be called after every step.
     *
     * @param knnTop1 accuracy measured at this state, or null
     * @throws DivergedException if there is nothing worth saving
     */
    void offer(Place place, Double knnTop1) {
        listen();
        long since = nanoTime.getAsLong() - lastSave;
        boolean better = knnTop1 != null && (best == null || knnTop1 > best);
        CheckpointEvery every = config.safety().checkpointEvery();
        boolean due = every.isDue(state.step(), place.epochsDone(), place.atEpochsEnd(), since);
        owed |= due || (failing && since >= RETRY_NANOS);
        if (ranks.first(better || (due && every.namesSteps()) || (owed && !saver.isBusy()))) {
            listenToTheLast();
            begin(place, knnTop1);
        }
    }

    /** Begins to save what a stop within the next minutes, which cannot be answered then, would lose. */
    void beforeSomethingLong(Place place) {
        listen();
        boolean there = newest != null && CheckpointDirectory.step(newest) == state.step();
        boolean worth = !there && !saver.isBusy() && nanoTime.getAsLong() - lastSave >= WORTH_SAVING_NANOS;
        if (ranks.first(worth)) {
            listenToTheLast();
            begin(place, null);
        }
    }

    /**
     * Saves and waits for it; does nothing if this very state was saved already.
     *
     * @throws CheckpointException if it cannot be written
     * @throws DivergedException if there is nothing worth saving
     */
    Path now(Place place, Double knnTop1) {
        listenToTheLast();
        boolean there = newest != null
                && (knnTop1 == null || knnTop1.equals(begunTop1))
                && newest.getFileName().toString().equals(CheckpointDirectory.name(state.step()));
        if (ranks.first(!there)) {
            begin(place, knnTop1);
            saver.await().ifPresent(this::saved);
        }
        return newest;
    }

    private void begin(Place place, Double knnTop1) {
        trainer.lastLoss();
        if (!state.model().parameters().isFinite()) {
            throw DivergedException.weights(state.step() - 1);
        }
        EncoderInfo encoder = new EncoderInfo(
                config.model().arch().name(),
                config.model().stem().toString(),
                config.crops().stream().mapToInt(CropSpec::size).max().orElseThrow());
        String parent = newest == null ? "" : newest.getFileName().toString();
        try (StateDict queue = state.wholeQueue()) {
            if (ranks.isFirst()) {
                saver.begin(new Contents(
                        place.progress(state.step()),
                        encoder,
                        state.model().state(),
                        state.optimizer().state(),
                        queue,
                        monitor.state(),
                        configYaml,
                        new Lineage(runId, parent),
                        knnTop1));
            } else {
                newest = directory.place(state.step());
            }
        }
        begunTop1 = knnTop1;
        lastSave = nanoTime.getAsLong();
        owed = false;
        if (knnTop1 != null && (best == null || knnTop1 > best)) {
            best = knnTop1;
        }
    }

    private void listenToTheLast() {
        try {
            saver.await().ifPresent(this::saved);
        } catch (CheckpointException e) {
            failed(e);
        }
    }

    private void saved(Path checkpoint) {
        newest = checkpoint;
        failing = false;
        listener.saved(checkpoint, CheckpointDirectory.step(checkpoint));
    }

    private void failed(CheckpointException failure) {
        if (!failing) {
            listener.warning(failure.getMessage() + " Training goes on and tries again; "
                    + (newest == null ? "nothing is saved yet" : "the newest checkpoint is " + newest));
        }
        failing = true;
        try {
            best = directory.bestTop1();
        } catch (CheckpointException e) {
            // what keeps it from being written keeps it from being listed; the last known one stays
        }
    }

    /**
     * The newest whole checkpoint, once no other is being written.
     *
     * @return empty if there is none
     */
    Optional<Checkpoint> goBack() {
        listenToTheLast();
        Optional<Checkpoint> found = ranks.isFirst()
                ? directory.newest(damaged -> listener.warning(damaged.getMessage() + "; going back to the one before"))
                : Optional.empty();
        long step = ranks.first(
                found.map(checkpoint -> checkpoint.progress().step()).orElse(-1L));
        Optional<Checkpoint> back =
                ranks.isFirst() || step < 0 ? found : Optional.of(directory.open(directory.place(step)));
        newest = back.map(Checkpoint::directory).orElse(null);
        return back;
    }

    /** Waits for what is being written. */
    @Override
    public void close() {
        saver.close();
    }
}
