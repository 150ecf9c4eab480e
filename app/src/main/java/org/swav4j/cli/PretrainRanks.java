package org.swav4j.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.data.ImageSource;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.ConfigYaml;
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
     */
    record Beginning(Path run, PretrainConfig config, long step) {
        private String text() {
            return run + "\n" + step + "\n" + ConfigYaml.write(config, List.of());
        }

        private static Beginning of(String text) {
            String[] parts = text.split("\n", 3);
            return new Beginning(
                    Path.of(parts[0]), ConfigYaml.read(parts[2], "rank 0's settings"), Long.parseLong(parts[1]));
        }

        /** The checkpoint to go on from, or null. */
        Checkpoint checkpoint(Path checkpoints) {
            return step < 0
                    ? null
                    : new CheckpointDirectory(checkpoints, 1).open(checkpoints.resolve(CheckpointDirectory.name(step)));
        }
    }

    /** A process without others. */
    static PretrainRanks alone() {
        return new PretrainRanks(null);
    }

    /** What this process's environment says of others. */
    static Optional<RankEnvironment> environment() {
        try {
            return RankEnvironment.of(System.getenv());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /**
     * Meets the others, if there are any, who must have been started alike.
     *
     * @param onGpus whether this process trains on a GPU
     */
    static PretrainRanks join(
            Optional<RankEnvironment> environment,
            Duration timeout,
            boolean onGpus,
            ImageSource images,
            Settings given) {
        if (environment.isEmpty()) {
            return alone();
        }
        ProcessGroup group = ProcessGroup.join(environment.get(), onGpus, timeout);
        try {
            group.requireSame("version: " + BuildInfo.read().version() + "\nimages: " + images.fingerprint() + "\n"
                    + given.shared());
        } catch (RuntimeException e) {
            group.leave(e.getMessage());
            throw e;
        }
        return new PretrainRanks(group);
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
            group.leave(String.valueOf(why.getMessage()));
        }
    }

    @Override
    public void close() {
        if (group != null) {
            group.close();
        }
    }
}
