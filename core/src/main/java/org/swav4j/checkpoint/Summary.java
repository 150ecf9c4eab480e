package org.swav4j.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What a checkpoint's manifest says of it. Its files need not be whole for that, nor there.
 *
 * @param format the layout's version
 * @param version the version of swav4j that wrote it
 * @param created when it was written, ISO 8601; empty in format 1
 * @param lineage which run it belongs to
 * @param progress where in its run it was made; empty for an encoder without a training
 * @param knnTop1 accuracy of k-NN measured at this state, 0 to 1; empty if it was not
 * @param files its files by name, with their size in bytes; the manifest and its sum are not among them
 */
public record Summary(
        int format,
        String version,
        String created,
        Lineage lineage,
        Optional<Progress> progress,
        EncoderInfo encoder,
        OptionalDouble knnTop1,
        Map<String, Long> files) {

    /** Copies the files, sorted by name. */
    public Summary {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
    }

    /**
     * Reads a checkpoint's manifest.
     *
     * @throws CheckpointException if it is missing, damaged, or of a newer format
     */
    public static Summary read(Path checkpoint) {
        return of(Manifest.read(checkpoint));
    }

    static Summary of(Manifest manifest) {
        Map<String, Long> files = new TreeMap<>();
        manifest.files().forEach((name, entry) -> files.put(name, entry.bytes()));
        return new Summary(
                manifest.format(),
                String.valueOf(manifest.swav4j()),
                manifest.created() == null ? "" : manifest.created(),
                manifest.run() == null ? Lineage.NONE : new Lineage(manifest.run(), manifest.parent()),
                Optional.ofNullable(manifest.progress()),
                manifest.encoder(),
                manifest.knnTop1() == null ? OptionalDouble.empty() : OptionalDouble.of(manifest.knnTop1()),
                files);
    }
}
