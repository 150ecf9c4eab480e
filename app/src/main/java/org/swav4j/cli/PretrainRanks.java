package org.swav4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.comm.RankLostException;
import org.swav4j.comm.SlurmTask;
import org.swav4j.data.ImageSource;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.ConfigYaml;
import org.swav4j.train.MachineFacts;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Settings;

/**
 * The processes of one pretraining. The first sets up the run, writes and speaks; the others learn from it what to do, and do
 * their share. Alone, a process is the first.
 */
final class PretrainRanks implements AutoCloseable {
    private static final String BEGINNING = "beginning";

    /** Null if there are no others. */
    private final ProcessGroup group;

    private PretrainRanks(ProcessGroup group) {
        this.group = group;
    }

    /**
     * What the first rank has begun.
     *
     * @param run the run's directory
     * @param config its settings
     * @param step the checkpoint to go on from; -1 to begin
     * @param fingerprint of that checkpoint; empty to begin
     */
    record Beginning(Path run, PretrainConfig config, long step, String fingerprint) {
        /** @param from the checkpoint to go on from, or null */
        static Beginning of(Path run, PretrainConfig config, Checkpoint from) {
            return from == null
                    ? new Beginning(run, config, -1, "")
                    : new Beginning(run, config, from.progress().step(), from.fingerprint());
        }

        private String text() {
            return run + "\n" + step + "\n" + fingerprint + "\n" + ConfigYaml.write(config, List.of());
        }

        private static Beginning of(String text) {
            String[] parts = text.split("\n", 4);
            return new Beginning(
                    Path.of(parts[0]),
                    ConfigYaml.read(parts[3], "rank 0's settings"),
                    Long.parseLong(parts[1]),
                    parts[2]);
        }

        /**
         * The checkpoint to go on from, or null.
         *
         * @throws CheckpointException if it is not here, or not the one that rank 0 goes on from
         */
        Checkpoint checkpoint(Path checkpoints) {
            if (step < 0) {
                return null;
            }
            Path place = checkpoints.resolve(CheckpointDirectory.name(step));
            if (!Files.isDirectory(place)) {
                throw new CheckpointException(
                        place
                                + ": is not on this host; rank 0 goes on from it, so --out must be on a disk that all hosts share");
            }
            Checkpoint here = new CheckpointDirectory(checkpoints, 1).open(place);
            if (!here.fingerprint().equals(fingerprint)) {
                throw new CheckpointException(
                        place + ": is not the checkpoint of that step that rank 0 goes on from (SHA-256 of its"
                                + " manifest " + here.fingerprint() + " here, " + fingerprint
                                + " there); --out must be on a disk"
                                + " that all hosts share");
            }
            return here;
        }
    }

    /** A process without others. */
    static PretrainRanks alone() {
        return new PretrainRanks(null);
    }

    /** What this process's environment says of others. */
    static Optional<RankEnvironment> environment() {
        try {
            return RankEnvironment.of(SlurmTask.completed(System.getenv()));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** This process's share of its machine. */
    static MachineFacts machine(Optional<RankEnvironment> environment) {
        MachineFacts all = MachineFacts.detect();
        MachineFacts share =
                all.shared(environment.map(RankEnvironment::localWorld).orElse(1));
        OptionalInt own = SlurmTask.cores(System.getenv());
        return own.isPresent() ? share.withCores(Math.min(all.cores(), own.getAsInt())) : share;
    }

    /**
     * Meets the others, if there are any, who must have been started alike.
     *
     * @param onGpus whether this process trains on a GPU
     * @param protocol how the encoder is measured, or null
     * @param notices told whom this process waits for when it takes long
     * @param ending tells of another's loss and ends this process, where the thread that trains cannot
     */
    static PretrainRanks join(
            Optional<RankEnvironment> environment,
            Duration timeout,
            boolean onGpus,
            ImageSource images,
            KnnProtocol protocol,
            Settings given,
            Consumer<String> notices,
            Consumer<RankLostException> ending) {
        if (environment.isEmpty()) {
            return alone();
        }
        ProcessGroup group = ProcessGroup.join(environment.get(), onGpus, timeout, notices, ending);
        try {
            BuildInfo build = BuildInfo.read();
            group.requireSame("version: " + build.version() + " (" + build.commit() + ")\nlibtorch: "
                    + InfoCommand.libraries().get("libtorch") + "\nimages: " + described(images)
                    + "\nimages for k-NN: "
                    + (protocol == null ? "none" : described(protocol.train()) + " and " + described(protocol.test()))
                    + "\n" + given.shared());
        } catch (RuntimeException e) {
            group.leave(Failures.message(e));
            throw e;
        }
        return new PretrainRanks(group);
    }

    private static String described(ImageSource images) {
        return images.size() + " with fingerprint " + images.fingerprint();
    }

    Collective collective() {
        return group == null ? new Alone() : group;
    }

    /** On the first rank: the run is set up. */
    void begin(Beginning beginning) {
        if (group != null) {
            group.fromFirst(BEGINNING, beginning.text());
        }
    }

    /** On the others: waits until the run is set up. */
    Beginning awaitBeginning() {
        return Beginning.of(group.fromFirst(BEGINNING, ""));
    }

    /** Tells the others why this process ends. */
    void leave(Throwable why) {
        if (group != null) {
            group.leave(Failures.message(why));
        }
    }

    @Override
    public void close() {
        if (group != null) {
            group.close();
        }
    }
}
