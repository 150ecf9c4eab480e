package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
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
 */
public final class Checkpoint {
    /** The format this version writes; it reads this one and older ones. */
    public static final int FORMAT = 2;

    static final String MODEL = "model.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String QUEUE = "queue.safetensors";
    static final String MONITOR = "monitor.safetensors";
    static final String CONFIG = "config.yaml";

    private final Path directory;
    private final Manifest manifest;

    private Checkpoint(Path directory, Manifest manifest) {
        this.directory = directory;
        this.manifest = manifest;
    }

    /**
     * Opens a checkpoint and verifies every file of it.
     *
     * @param directory the checkpoint itself
     * @throws CheckpointException if it is incomplete, damaged, or of a newer format
     */
    public static Checkpoint open(Path directory) {
        Manifest manifest = Manifest.read(directory);
        manifest.files().forEach((name, entry) -> verify(directory.resolve(name), entry));
        for (String needed : new String[] {MODEL, OPTIMIZER, CONFIG}) {
            if (!manifest.files().containsKey(needed)) {
                throw new CheckpointException(directory + ": the manifest does not list " + needed);
            }
        }
        return new Checkpoint(directory, manifest);
    }

    /**
     * Opens what a user names.
     *
     * @param runOrCheckpoint a run directory, whose newest whole checkpoint is taken; a checkpoint; or the name of one, as
     *     {@code best} is
     * @throws CheckpointException if there is none, or none that is whole
     */
    public static Checkpoint find(Path runOrCheckpoint) {
        Path named = Pointer.follow(runOrCheckpoint);
        if (Files.isRegularFile(named)) {
            throw new CheckpointException(named + ": is a file; a run and a checkpoint of swav4j are folders."
                    + " Files of other programs, such as PyTorch's .pth, are never read here");
        }
        if (!Files.isDirectory(named)) {
            throw new CheckpointException(runOrCheckpoint + ": there is no such run or checkpoint");
        }
        if (Files.exists(named.resolve(Manifest.FILE))) {
            return open(named);
        }
        return new CheckpointDirectory(named.resolve("checkpoints"), 1)
                .newest(damaged -> {})
                .orElseThrow(() -> new CheckpointException(
                        named + ": neither a run that has saved a checkpoint yet, nor a checkpoint"));
    }

    private static void verify(Path file, Manifest.FileEntry entry) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new CheckpointException(file + ": missing");
            }
            long bytes = Files.size(file);
            if (bytes != entry.bytes()) {
                throw new CheckpointException(
                        file + ": damaged: " + bytes + " bytes, the manifest says " + entry.bytes());
            }
            if (!Sha256.of(file).equals(entry.sha256())) {
                throw new CheckpointException(file + ": damaged: its SHA-256 is not the manifest's");
            }
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }

    /** Where it lies. */
    public Path directory() {
        return directory;
    }

    public Progress progress() {
        return manifest.progress();
    }

    public EncoderInfo encoder() {
        return manifest.encoder();
    }

    /** Which run it belongs to. */
    public Lineage lineage() {
        return manifest.run() == null ? Lineage.NONE : new Lineage(manifest.run(), manifest.parent());
    }

    /** Accuracy of k-NN measured at this state, 0 to 1; empty if it was not. */
    public OptionalDouble knnTop1() {
        return manifest.knnTop1() == null ? OptionalDouble.empty() : OptionalDouble.of(manifest.knnTop1());
    }

    /** The layout's version. */
    public int format() {
        return manifest.format();
    }

    /** The version of swav4j that wrote it. */
    public String version() {
        return String.valueOf(manifest.swav4j());
    }

    /** When it was written, ISO 8601; empty in format 1. */
    public String created() {
        return manifest.created() == null ? "" : manifest.created();
    }

    /** Its files by name, with their size in bytes; the manifest and its sum are not among them. */
    public Map<String, Long> files() {
        Map<String, Long> files = new TreeMap<>();
        manifest.files().forEach((name, entry) -> files.put(name, entry.bytes()));
        return files;
    }

    /** The run's configuration, as YAML. */
    public String configYaml() {
        try {
            return Files.readString(directory.resolve(CONFIG));
        } catch (IOException e) {
            throw new CheckpointException(
                    directory.resolve(CONFIG) + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }

    /** Weights and batch-norm statistics; the caller closes them. */
    public StateDict model() {
        return read(MODEL);
    }

    /** The optimiser's state; the caller closes it. */
    public StateDict optimizer() {
        return read(OPTIMIZER);
    }

    /** Whether the run had a queue by then. */
    public boolean hasQueue() {
        return manifest.files().containsKey(QUEUE);
    }

    /** What the run's watches remembered, empty in format 1; the caller closes it. */
    public StateDict monitor() {
        return manifest.files().containsKey(MONITOR) ? read(MONITOR) : new StateDict();
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
