package org.swav4j.eval;

import java.nio.file.Path;
import java.util.Optional;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.CheckpointPlace;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.Precision;

/** The encoder that an evaluation is of: one that was trained, or fresh weights. Holds no native memory. */
public final class EncoderSource {
    private final EncoderInfo info;
    private final Checkpoint checkpoint;
    private final long seed;
    /** Read at the beginning: a run that goes on training may have deleted the checkpoint by the end of an evaluation. */
    private final String fingerprint;

    private EncoderSource(EncoderInfo info, Checkpoint checkpoint, long seed, String fingerprint) {
        this.info = info;
        this.checkpoint = checkpoint;
        this.seed = seed;
        this.fingerprint = fingerprint;
    }

    /**
     * The encoder of a run, a checkpoint or an encoder's folder, which is verified.
     *
     * @throws CheckpointException if there is none, or none that is whole
     */
    public static EncoderSource of(Path named) {
        Checkpoint found = Checkpoint.find(named);
        return new EncoderSource(found.encoder(), found, 0, found.fingerprint());
    }

    /** Fresh weights: those a training with this seed starts from. */
    public static EncoderSource untrained(EncoderInfo info, long seed) {
        return new EncoderSource(info, null, seed, "untrained:" + info.arch() + ":" + info.stem() + ":" + seed);
    }

    /** What it is, and the image size it was trained on. */
    public EncoderInfo info() {
        return info;
    }

    /** Where it was loaded from; empty for fresh weights. */
    public Optional<Checkpoint> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }

    /** What fresh weights are drawn by; 0 for others. */
    public long seed() {
        return seed;
    }

    /** Where it is from, for people. */
    public String description() {
        return checkpoint != null ? checkpoint.directory().toString() : "untrained " + info.arch() + ", seed " + seed;
    }

    /** What only the same weights have: the checkpoint's fingerprint, or the architecture and seed of fresh ones. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The run directory that the checkpoint lies in; empty for encoders without a run. */
    public Optional<Path> run() {
        return checkpoint().flatMap(c -> CheckpointPlace.find(c.directory()).run());
    }

    /** The trunk, ready to use; the caller closes it. Fresh weights reseed the process's default generator. */
    public FrozenEncoder open(Placement placement, Precision precision) {
        return checkpoint != null
                ? FrozenEncoder.of(checkpoint, placement, precision)
                : FrozenEncoder.untrained(info, seed, placement, precision);
    }
}
