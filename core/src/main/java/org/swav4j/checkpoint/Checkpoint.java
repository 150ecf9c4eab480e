package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import org.swav4j.format.Sha256;
import org.swav4j.tensor.StateDict;

/**
 * A complete, verified state of a training, opened for reading. A checkpoint is a directory:
 *
 * <pre>
 * manifest.json          format version, run, parent, progress, encoder, size and SHA-256 of every other file
 * manifest.json.sha256   the manifest's own; none in format 1
 * model.safetensors      weights and batch-norm statistics under torchvision's and the reference's names
 * optimizer.safetensors  one tensor per slot and parameter
 * queue.safetensors      only while there is a queue
 * monitor.safetensors    what the run's watches remember; none in format 1
 * config.yaml            the run's complete configuration
 * </pre>
 *
 * <p>An encoder that came without a training has no progress, and of these files the model alone, beside {@code origin.json},
 * which says where it is from. It can be used wherever a trained one can, but not resumed.
 */
public final class Checkpoint {
    /** The format this version writes; it reads this one and older ones. */
    public static final int FORMAT = 2;

    static final String MODEL = "model.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String QUEUE = "queue.safetensors";
    static final String MONITOR = "monitor.safetensors";
    static final String CONFIG = "config.yaml";
    static final String ORIGIN = "origin.json";

    private final Path directory;
    private final Summary summary;

    private Checkpoint(Path directory, Summary summary) {
        this.directory = directory;
        this.summary = summary;
    }

    /**
     * Opens a checkpoint and verifies every file of it.
     *
     * @param directory the checkpoint itself
     * @throws CheckpointException if it is incomplete, damaged, or of a newer format
     */
    public static Checkpoint open(Path directory) {
        Manifest manifest = Manifest.read(directory);
        Verification.problems(directory, manifest, true).stream().findFirst().ifPresent(problem -> {
            throw new CheckpointException(problem);
        });
        return new Checkpoint(directory, Summary.of(manifest));
    }

    /**
     * Opens what a user names.
     *
     * @param runOrCheckpoint a run directory or its directory of checkpoints, whose newest whole checkpoint is taken; a
     *     checkpoint; or the name of one, as {@code best} is
     * @throws CheckpointException if there is none, or none that is whole
     */
    public static Checkpoint find(Path runOrCheckpoint) {
        CheckpointPlace place = CheckpointPlace.find(runOrCheckpoint);
        return place.checkpoint()
                .map(Checkpoint::open)
                .or(() -> new CheckpointDirectory(place.root(), 1).newest(damaged -> {}))
                .orElseThrow(() -> new CheckpointException(
                        runOrCheckpoint + ": neither a run that has saved a checkpoint yet, nor a checkpoint"));
    }

    /** Where it lies. */
    public Path directory() {
        return directory;
    }

    /** SHA-256, in hex, of its manifest, which holds the sums of all its files: only the same checkpoint has it. */
    public String fingerprint() {
        try {
            return Sha256.of(directory.resolve(Manifest.FILE));
        } catch (IOException e) {
            throw new CheckpointException(
                    directory.resolve(Manifest.FILE) + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }

    /** What its manifest says. */
    public Summary summary() {
        return summary;
    }

    /**
     * Where in its run it was made.
     *
     * @throws CheckpointException if it holds an encoder without a training
     */
    public Progress progress() {
        return summary.progress().orElseThrow(this::noTraining);
    }

    private CheckpointException noTraining() {
        return new CheckpointException(
                directory
                        + ": holds an encoder without a training, which cannot be resumed; begin a new run with it by --init-from");
    }

    public EncoderInfo encoder() {
        return summary.encoder();
    }

    /** Which run it belongs to. */
    public Lineage lineage() {
        return summary.lineage();
    }

    /** Accuracy of k-NN measured at this state, 0 to 1; empty if it was not. */
    public OptionalDouble knnTop1() {
        return summary.knnTop1();
    }

    /** The names, shapes and types of its tensors; reads none of them. */
    public Inventory inventory() {
        return Inventory.of(directory, summary);
    }

    /**
     * The run's configuration, as YAML.
     *
     * @throws CheckpointException if it holds an encoder without a training
     */
    public String configYaml() {
        requireListed(CONFIG);
        return text(CONFIG);
    }

    /** Where an encoder without a training is from, as JSON; empty for what a run saved. */
    public Optional<String> originJson() {
        return summary.files().containsKey(ORIGIN) ? Optional.of(text(ORIGIN)) : Optional.empty();
    }

    private void requireListed(String name) {
        if (!summary.files().containsKey(name)) {
            throw noTraining();
        }
    }

    private String text(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new CheckpointException(
                    directory.resolve(name) + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }

    /** Weights and batch-norm statistics; the caller closes them. */
    public StateDict model() {
        return read(MODEL);
    }

    /**
     * The optimiser's state; the caller closes it.
     *
     * @throws CheckpointException if it holds an encoder without a training
     */
    public StateDict optimizer() {
        requireListed(OPTIMIZER);
        return read(OPTIMIZER);
    }

    /** Whether the run had a queue by then. */
    public boolean hasQueue() {
        return summary.files().containsKey(QUEUE);
    }

    /** What the run's watches remembered, empty in format 1; the caller closes it. */
    public StateDict monitor() {
        return summary.files().containsKey(MONITOR) ? read(MONITOR) : new StateDict();
    }

    /** The queue; the caller closes it. */
    public StateDict queue() {
        return read(QUEUE);
    }

    private StateDict read(String name) {
        Path file = directory.resolve(name);
        try {
            return TensorFile.read(file);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }
}
