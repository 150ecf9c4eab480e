package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.swav4j.format.Sha256;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a checkpoint says of itself in {@code manifest.json}. Beside it lies {@code manifest.json.sha256} with its own sum, as
 * {@code sha256sum} writes and checks it: so every byte of a checkpoint is covered.
 *
 * @param format version of the layout
 * @param swav4j version that wrote it
 * @param created when, UTC, ISO 8601; null in format 1
 * @param run see {@link Lineage}; null in format 1
 * @param parent see {@link Lineage}; null in format 1
 * @param progress null for an encoder without a training; always there in format 1
 * @param knnTop1 accuracy measured at this state, or null
 * @param files name → size and sum of every other file
 */
record Manifest(
        int format,
        String swav4j,
        String created,
        String run,
        String parent,
        Progress progress,
        EncoderInfo encoder,
        Double knnTop1,
        Map<String, FileEntry> files) {
    static final String FILE = "manifest.json";
    static final String SUM = "manifest.json.sha256";

    /** A manifest longer than this is not one. */
    private static final long MAX_BYTES = 1 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A file of a checkpoint as its manifest states it. */
    record FileEntry(long bytes, String sha256) {}

    byte[] toJson() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
    }

    /** The content of {@link #SUM} for a manifest. */
    static byte[] sumLine(byte[] manifest) {
        return (Sha256.of(manifest) + "  " + FILE + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads and checks a checkpoint's manifest, but not the files that it lists.
     *
     * @throws NewerFormatException if it is whole and of a format that this version does not know
     * @throws CheckpointException if it is missing, damaged or none
     */
    static Manifest read(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            byte[] bytes = bounded(file);
            boolean sealed = checkSum(directory.resolve(SUM), bytes);
            int format = JSON.readTree(bytes).path("format").asInt(0);
            if (format > Checkpoint.FORMAT) {
                throw new NewerFormatException(directory + ": written in checkpoint format " + format
                        + "; this version of swav4j reads up to " + Checkpoint.FORMAT + ". Use a newer swav4j");
            }
            if (format > 1 && !sealed) {
                throw new CheckpointException(directory.resolve(SUM) + ": missing");
            }
            Manifest manifest = JSON.readValue(bytes, Manifest.class);
            check(manifest, file);
            return manifest;
        } catch (NoSuchFileException e) {
            throw new CheckpointException(directory + ": not a checkpoint, there is no " + FILE + " in it", e);
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw new CheckpointException(file + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }

    private static byte[] bounded(Path file) throws IOException {
        requireFile(file);
        if (Files.size(file) > MAX_BYTES) {
            throw new CheckpointException(file + ": too long for a manifest");
        }
        return Files.readAllBytes(file);
    }

    /** A device has no size and no end, and a pipe may have no writer. */
    private static void requireFile(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new CheckpointException(path + ": is not a file");
        }
    }

    /** Returns whether there is a sum; format 1 had none. */
    private static boolean checkSum(Path sum, byte[] manifest) throws IOException {
        if (!Files.exists(sum)) {
            return false;
        }
        requireFile(sum);
        byte[] expected = sumLine(manifest);
        if (Files.size(sum) != expected.length || !java.util.Arrays.equals(Files.readAllBytes(sum), expected)) {
            throw new CheckpointException(
                    sum.resolveSibling(FILE) + ": damaged: its SHA-256 is not the one in " + sum.getFileName());
        }
        return true;
    }

    private static void check(Manifest manifest, Path file) {
        if (manifest == null
                || manifest.format < 1
                || (manifest.progress == null && manifest.format == 1)
                || manifest.encoder == null
                || manifest.files == null) {
            throw new CheckpointException(file + ": not a checkpoint's manifest");
        }
        manifest.files.forEach((name, entry) -> {
            if (!Path.of(name).equals(Path.of(name).getFileName())) {
                throw new CheckpointException(file + ": names a file outside the checkpoint: '" + name + "'");
            }
            if (entry == null) {
                throw new CheckpointException(file + ": states neither size nor sum of '" + name + "'");
            }
        });
    }
}
