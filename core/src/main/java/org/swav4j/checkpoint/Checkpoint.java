package org.swav4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.swav4j.tensor.StateDict;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A complete, verified state of a training, opened for reading. A checkpoint is a directory:
 *
 * <pre>
 * manifest.json          format version, progress, encoder, size and SHA-256 of every other file
 * model.safetensors      weights and batch-norm statistics under torchvision's and the reference's names
 * optimizer.safetensors  one tensor per slot and parameter
 * queue.safetensors      only while there is a queue
 * config.yaml            the run's complete configuration
 * </pre>
 */
public final class Checkpoint {
    /** The format this version writes; it reads this one and older ones. */
    public static final int FORMAT = 1;

    static final String MANIFEST = "manifest.json";
    static final String MODEL = "model.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String QUEUE = "queue.safetensors";
    static final String CONFIG = "config.yaml";

    /** A manifest longer than this is not one. */
    private static final long MAX_MANIFEST_BYTES = 1 << 20;

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** A file of a checkpoint as its manifest states it. */
    record FileEntry(long bytes, String sha256) {}

    record Manifest(int format, String swav4j, Progress progress, EncoderInfo encoder, Map<String, FileEntry> files) {}

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
        Manifest manifest = readManifest(directory);
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
     * @param runOrCheckpoint a run directory, whose newest whole checkpoint is taken, or a checkpoint
     * @throws CheckpointException if there is none, or none that is whole
     */
    public static Checkpoint find(Path runOrCheckpoint) {
        if (!Files.isDirectory(runOrCheckpoint)) {
            throw new CheckpointException(runOrCheckpoint + ": there is no such run or checkpoint");
        }
        if (Files.exists(runOrCheckpoint.resolve(MANIFEST))) {
            return open(runOrCheckpoint);
        }
        return new CheckpointDirectory(runOrCheckpoint.resolve("checkpoints"), 1)
                .newest(damaged -> {})
                .orElseThrow(() -> new CheckpointException(
                        runOrCheckpoint + ": neither a run that has saved a checkpoint yet, nor a checkpoint"));
    }

    private static Manifest readManifest(Path directory) {
        Path file = directory.resolve(MANIFEST);
        try {
            if (Files.size(file) > MAX_MANIFEST_BYTES) {
                throw new CheckpointException(file + ": too long for a manifest");
            }
            byte[] bytes = Files.readAllBytes(file);
            int format = JSON.readTree(bytes).path("format").asInt(0);
            if (format > FORMAT) {
                throw new CheckpointException(directory + ": written in checkpoint format " + format
                        + "; this version of swav4j reads up to " + FORMAT + ". Use a newer swav4j");
            }
            Manifest manifest = JSON.readValue(bytes, Manifest.class);
            if (format < 1 || manifest.progress() == null || manifest.encoder() == null || manifest.files() == null) {
                throw new CheckpointException(file + ": not a checkpoint's manifest");
            }
            for (String name : manifest.files().keySet()) {
                if (!Path.of(name).equals(Path.of(name).getFileName())) {
                    throw new CheckpointException(file + ": names a file outside the checkpoint: '" + name + "'");
                }
                if (manifest.files().get(name) == null) {
                    throw new CheckpointException(file + ": states neither size nor sum of '" + name + "'");
                }
            }
            return manifest;
        } catch (NoSuchFileException e) {
            throw new CheckpointException(directory + ": not a checkpoint, there is no " + MANIFEST + " in it", e);
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw new CheckpointException(file + ": cannot be read: " + firstLine(e), e);
        }
    }

    private static void verify(Path file, FileEntry entry) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new CheckpointException(file + ": missing");
            }
            long bytes = Files.size(file);
            if (bytes != entry.bytes()) {
                throw new CheckpointException(
                        file + ": damaged: " + bytes + " bytes, the manifest says " + entry.bytes());
            }
            if (!sha256(file).equals(entry.sha256())) {
                throw new CheckpointException(file + ": damaged: its SHA-256 is not the manifest's");
            }
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + firstLine(e), e);
        }
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {
                // the stream updates the digest
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.lines().findFirst().orElse(message);
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

    /** The run's configuration, as YAML. */
    public String configYaml() {
        try {
            return Files.readString(directory.resolve(CONFIG));
        } catch (IOException e) {
            throw new CheckpointException(directory.resolve(CONFIG) + ": cannot be read: " + firstLine(e), e);
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

    /** The queue; the caller closes it. */
    public StateDict queue() {
        return read(QUEUE);
    }

    private StateDict read(String name) {
        Path file = directory.resolve(name);
        try {
            return TensorFile.read(file);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + firstLine(e), e);
        }
    }
}
