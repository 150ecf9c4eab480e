package org.swav4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.comm.Alone;
import org.swav4j.data.ImageSource;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.format.AtomicFile;
import org.swav4j.method.Swav;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.Provenance.Kind;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.runlog.RunLock;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.ConfigYaml;
import org.swav4j.train.DivergedException;
import org.swav4j.train.EpochEvaluation;
import org.swav4j.train.Listeners;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretraining;
import org.swav4j.train.Resolution;
import org.swav4j.train.ResumedSettings;
import org.swav4j.train.TrainingListener;
import org.swav4j.train.TrainingResult;

/** Sets up a run's directory, begins or resumes the training, and writes down what became of it. */
final class PretrainRun {
    private final PretrainRanks ranks;
    private final ImageSource images;
    private final Resolution resolution;
    private final Path out;
    private final Provenance.Origin origin;
    private final String location;
    private final int profiledSteps;
    private final Optional<String> restarted;

    /**
     * @param location where the images lie, for the record
     * @param restarted why all ranks were started again, for the record; empty if they were not
     */
    PretrainRun(
            PretrainRanks ranks,
            ImageSource images,
            Resolution resolution,
            Path out,
            Provenance.Origin origin,
            String location,
            int profiledSteps,
            Optional<String> restarted) {
        this.ranks = ranks;
        this.images = images;
        this.resolution = resolution;
        this.out = out;
        this.origin = origin;
        this.location = location;
        this.profiledSteps = profiledSteps;
        this.restarted = restarted;
    }

    /**
     * A new run.
     *
     * @param initFrom the checkpoint whose weights to begin with, or null
     * @param protocol measured between epochs, or null
     * @throws IOException if the directory cannot be written
     * @throws IllegalStateException if the device is not there; nothing was written then
     */
    TrainingResult begin(Checkpoint initFrom, KnnProtocol protocol, TrainingListener listener, Interrupts stop)
            throws IOException {
        PretrainConfig config = resolution.config();
        new ComputeDevice(config.device()).toTorch().close();
        try (StateDict initial = initFrom == null ? null : initFrom.model()) {
            if (initial != null) {
                requireFits(config, initial, initFrom.directory());
            }
            RunDirectory run = RunDirectory.create(out);
            try (RunLock lock = locked(run, listener)) {
                if (RunDirectory.holdsRun(out)) {
                    throw new IllegalStateException(out + ": another process has just begun a run there");
                }
                try {
                    AtomicFile.write(
                            run.config(),
                            ConfigYaml.write(config, resolution.choices()).getBytes(StandardCharsets.UTF_8));
                    Provenance provenance =
                            Provenance.start(BuildInfo.read().version(), origin, InfoCommand.libraries(), data());
                    provenance.write(run);
                    RunHistory history = new RunHistory(run, provenance);
                    noteRestart(history, 0);
                    return train(run, history, null, initial, protocol, listener, stop);
                } catch (IOException | RuntimeException | Error e) {
                    // while the lock is held: somebody else may begin here as soon as it is not
                    discardUnlessUsed(run, e);
                    throw e;
                }
            }
        }
    }

    private void noteRestart(RunHistory history, long step) throws IOException {
        if (restarted.isPresent()) {
            history.add(Kind.RESTART, step, restarted.get());
        }
    }

    private static void discardUnlessUsed(RunDirectory run, Throwable failure) {
        try {
            if (!run.hasProgress()) {
                run.discard();
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private Provenance.Data data() {
        return new Provenance.Data(images.description(), images.fingerprint(), location, images.size(), images.bytes());
    }

    private static RunLock locked(RunDirectory run, TrainingListener listener) throws IOException {
        RunLock lock = RunLock.acquire(run);
        lock.warning().ifPresent(listener::warning);
        run.removeLeftovers();
        return lock;
    }

    /** Before anything is written: weights that do not fit are found out by trying them on. */
    private static void requireFits(PretrainConfig config, StateDict initial, Path initFrom) {
        try (Swav probe = new Swav(config.model(), Placement.CPU, new Alone())) {
            probe.startFrom(initial, "--init-from: " + initFrom);
        }
    }

    /**
     * Goes on from the run's newest whole checkpoint, or from its beginning if there is none yet.
     *
     * @param acceptDataChange whether the images may be others than the run was begun with
     */
    TrainingResult resume(boolean acceptDataChange, KnnProtocol protocol, TrainingListener listener, Interrupts stop)
            throws IOException {
        RunDirectory run = RunDirectory.open(out);
        try (RunLock lock = locked(run, listener)) {
            RunHistory history = new RunHistory(run, Provenance.read(run));
            Provenance before = history.provenance();
            boolean sameData = before.data().fingerprint().equals(images.fingerprint());
            if (!sameData && !acceptDataChange) {
                throw new IllegalStateException("--resume: " + images.description() + " is not what " + out
                        + " was trained on (" + before.data().description()
                        + "; names and sizes of the images differ). Give the same --data, go on with these by"
                        + " --accept-data-change, or begin a new run with --init-from " + out);
            }
            Checkpoint checkpoint = new CheckpointDirectory(run.checkpoints(), 1)
                    .recover(damaged -> listener.warning(damaged + "; going back to the one before"))
                    .orElse(null);
            PretrainConfig config = resolution.config();
            String threads = checkpoint == null ? "" : requireFits(run, before, config, checkpoint, listener);
            String yaml = Files.readString(run.config());
            if (!ConfigYaml.read(yaml, run.config().toString()).equals(config)) {
                AtomicFile.write(
                        run.config(), ConfigYaml.write(config, List.of()).getBytes(StandardCharsets.UTF_8));
            }
            long step = checkpoint == null ? 0 : checkpoint.progress().step();
            if (!sameData) {
                history.trainsOn(data(), step);
            }
            noteRestart(history, step);
            Optional<String> surroundings = history.newSurroundings();
            surroundings.ifPresent(
                    s -> listener.warning(s + ": the last bits may differ from those of an uninterrupted run"));
            history.add(
                    Kind.RESUME,
                    step,
                    ShellWord.line(origin.commandLine())
                            + surroundings.map(s -> "; " + s).orElse("")
                            + threads);
            try (StateDict initial = checkpoint == null ? initial(before) : null) {
                return train(run, history, checkpoint, initial, protocol, listener, stop);
            }
        }
    }

    /** What a run began with that ended before its first checkpoint; null if it began with fresh weights. */
    private static StateDict initial(Provenance provenance) {
        return provenance
                .origin()
                .initFrom()
                .map(place -> Checkpoint.find(Path.of(place)).model())
                .orElse(null);
    }

    /**
     * What was edited since the checkpoint must not change what is learned; what may change its last bits is said, and
     * returned for the run's history.
     */
    private static String requireFits(
            RunDirectory run,
            Provenance provenance,
            PretrainConfig config,
            Checkpoint checkpoint,
            TrainingListener listener) {
        String owner = checkpoint.lineage().run();
        if (!owner.isEmpty() && !owner.equals(provenance.runId())) {
            throw new CheckpointException(checkpoint.directory() + ": belongs to another run, " + owner + ", not to "
                    + provenance.runId() + "; move it away, or begin a new run with it by --init-from");
        }
        PretrainConfig before = ConfigYaml.read(
                checkpoint.configYaml(),
                checkpoint.directory().resolve("config.yaml").toString());
        ResumedSettings.requireFits(config, run.config().toString(), before);
        if (config.threads() == before.threads()) {
            return "";
        }
        String threads = config.threads() + " threads instead of " + before.threads();
        listener.warning(threads
                + ": sums are added up in another order, so the last bits may differ from a run that kept them");
        return "; " + threads;
    }

    private static EpochEvaluation evaluation(KnnProtocol protocol, PretrainConfig config) {
        if (protocol == null) {
            return null;
        }
        KnnProtocol shown = protocol.with(KnnOptions.view(config));
        return (model, sharing) -> shown.evaluate(pixels -> model.features(pixels, config.precision()), sharing)
                .map(Knn.Result::top1)
                .orElse(Double.NaN);
    }

    /**
     * Does another rank's share of a run that the first begins or resumes.
     *
     * @param protocol as the first has it
     */
    TrainingResult follow(KnnProtocol protocol, TrainingListener listener, Interrupts stop) throws IOException {
        PretrainRanks.Beginning beginning = ranks.awaitBeginning();
        RunDirectory run = RunDirectory.elsewhere(beginning.run());
        PretrainConfig config = beginning.config().onMachineOf(resolution.config());
        Pretraining.Job job = new Pretraining.Job(
                config,
                images,
                run,
                beginning.checkpoint(run.checkpoints()),
                null,
                evaluation(protocol, config),
                0,
                true,
                "");
        TrainingResult result = new Pretraining(job, ranks.collective(), listener, stop).run();
        agree(result, stop);
        return result;
    }

    private void agree(TrainingResult result, Interrupts stop) {
        if (result.interrupted()) {
            stop.agree(ranks.collective());
        }
    }

    private TrainingResult train(
            RunDirectory run,
            RunHistory history,
            Checkpoint from,
            StateDict initial,
            KnnProtocol protocol,
            TrainingListener listener,
            Interrupts stop)
            throws IOException {
        PretrainConfig config = resolution.config();
        // what the images may be was decided before; a checkpoint may be older than a change of them
        Pretraining.Job job = new Pretraining.Job(
                config,
                images,
                run,
                from,
                initial,
                evaluation(protocol, config),
                profiledSteps,
                true,
                history.provenance().runId());
        ranks.begin(PretrainRanks.Beginning.of(out.toAbsolutePath(), config, from));
        try {
            TrainingResult result =
                    new Pretraining(job, ranks.collective(), new Listeners(List.of(listener, history)), stop).run();
            agree(result, stop);
            Kind interrupted = stop.preempted() ? Kind.PREEMPTED : Kind.INTERRUPTED;
            noteEnd(history, result.interrupted() ? interrupted : Kind.FINISHED, result.step(), listener);
            return result;
        } catch (DivergedException e) {
            Path good = noteStop(run, history, listener, e);
            throw good == null
                    ? e
                    : new IllegalStateException(
                            e.getMessage() + ". The images of that step are in " + run.diverged()
                                    + ". The last good checkpoint is " + good
                                    + "; go on from it with --resume --on-divergence rewind:3, or begin a new run with its"
                                    + " weights: --init-from " + good,
                            e);
        } catch (IOException | RuntimeException | Error e) {
            noteStop(run, history, listener, e);
            throw e;
        }
    }

    /** The state is safe by then, and that is what the exit code is about. */
    private static void noteEnd(RunHistory history, Kind how, long step, TrainingListener listener) {
        try {
            history.add(how, step, "");
        } catch (IOException e) {
            listener.warning("the run's end cannot be noted in provenance.json: " + e.getMessage());
        }
    }

    /**
     * What ended the run must reach the user even where nothing can be written any more.
     *
     * @return the newest whole checkpoint; null if there is none, or none that can be found
     */
    private static Path noteStop(RunDirectory run, RunHistory history, TrainingListener listener, Throwable why) {
        Path newest = null;
        try {
            newest = new CheckpointDirectory(run.checkpoints(), 1)
                    .newest(damaged -> listener.warning(damaged.getMessage() + "; going back to the one before"))
                    .map(Checkpoint::directory)
                    .orElse(null);
            String reason = Failures.message(why).lines().findFirst().orElse("");
            history.add(Kind.STOP, newest == null ? 0 : CheckpointDirectory.step(newest), reason);
        } catch (IOException | RuntimeException e) {
            why.addSuppressed(e);
        }
        return newest;
    }
}
