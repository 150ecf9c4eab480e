package org.swav4j.dataset.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.swav4j.data.DataException;
import org.swav4j.format.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How far a packing has come: {@code pack.json} beside the shards, as an object of these components. It holds no times and
 * no machine, so that equal packings leave equal files.
 *
 * @param format version of this file's layout, {@link #FORMAT}
 * @param source where the images came from, as the user named it
 * @param fingerprint of the source
 * @param images how many the source has, those that cannot be read too
 * @param settings what else decides the shards' bytes
 * @param classesSha256 of {@code classes.txt}; empty when the source has no classes
 * @param shards those that are done, in order and without gaps
 * @param broken the images left out before the end of the last shard, in order
 * @param complete whether every image has been packed or found broken
 */
record PackRecord(
        int format,
        String source,
        String fingerprint,
        int images,
        PackSettings settings,
        Optional<String> classesSha256,
        List<Shard> shards,
        List<Broken> broken,
        boolean complete) {
    static final String FILE = "pack.json";
    static final int FORMAT = 1;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /**
     * A shard that is done. Its images are those of the packing's order from {@code first} to before {@code end}, but for
     * the broken ones.
     *
     * @param name of its file
     * @param bytes of its file
     * @param sha256 of its file
     * @param images how many it holds
     * @param resized how many of them were made smaller
     * @param sourceBytes of its images, before
     * @param first place of its first image
     * @param end place of the next shard's first image
     */
    record Shard(
            String name, long bytes, String sha256, int images, int resized, long sourceBytes, int first, int end) {}

    /**
     * An image left out.
     *
     * @param place in the packing's order
     * @param name in the source
     * @param reason in words
     */
    record Broken(int place, String name, String reason) {}

    PackRecord {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(classesSha256, "classesSha256");
        shards = List.copyOf(shards);
        broken = List.copyOf(broken);
        int end = 0;
        for (int i = 0; i < shards.size(); i++) {
            Shard shard = shards.get(i);
            if (!shard.name.equals(shardName(i)) || shard.first != end || shard.end <= end || shard.end > images) {
                throw new IllegalArgumentException("shard " + i + " does not follow the one before: " + shard);
            }
            end = shard.end;
        }
    }

    static PackRecord begun(
            String source, String fingerprint, int images, PackSettings settings, Optional<String> classesSha256) {
        return new PackRecord(
                FORMAT, source, fingerprint, images, settings, classesSha256, List.of(), List.of(), false);
    }

    static String shardName(int number) {
        return String.format(Locale.ROOT, "shard-%06d.tar", number);
    }

    /** The place of the first image that is in no shard yet. */
    int done() {
        return shards.isEmpty() ? 0 : shards.get(shards.size() - 1).end;
    }

    /** This record with one more shard, and the broken images found on the way to its end. */
    PackRecord with(Shard shard, List<Broken> found) {
        List<Shard> all = new ArrayList<>(shards);
        all.add(shard);
        return new PackRecord(
                format, source, fingerprint, images, settings, classesSha256, all, joined(found), complete);
    }

    /** This record at its end, with the broken images behind the last shard. */
    PackRecord completed(List<Broken> found) {
        return new PackRecord(
                format, source, fingerprint, images, settings, classesSha256, shards, joined(found), true);
    }

    private List<Broken> joined(List<Broken> found) {
        List<Broken> all = new ArrayList<>(broken);
        all.addAll(found);
        return all;
    }

    /** Where another packing differs, one phrase for each. */
    List<String> differences(String otherFingerprint, int otherImages, PackSettings other) {
        List<String> found = new ArrayList<>();
        if (!fingerprint.equals(otherFingerprint)) {
            String rest = images == otherImages
                    ? "but of other names or sizes"
                    : String.format(Locale.ROOT, "and not %,d", otherImages);
            found.add(String.format(Locale.ROOT, "other images (%,d of %s, %s)", images, source, rest));
        }
        found.addAll(settings.differences(other));
        return found;
    }

    void save(Path folder) throws IOException {
        AtomicFile.write(folder.resolve(FILE), JSON.writeValueAsBytes(this));
    }

    /** Empty when the folder has none. */
    static Optional<PackRecord> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            int format = JSON.readTree(bytes).path("format").asInt(0);
            if (format > FORMAT) {
                throw new DataException(file + ": has format " + format + ", and this version reads up to " + FORMAT
                        + "; use a newer swav4j");
            }
            return Optional.of(JSON.readValue(bytes, PackRecord.class));
        } catch (JacksonException e) {
            throw new DataException(
                    file + ": is damaged or was not written by 'swav data pack'; pack into another folder", e);
        }
    }
}
