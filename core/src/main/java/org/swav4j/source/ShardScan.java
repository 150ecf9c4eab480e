package org.swav4j.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What one pass over a shard's headers finds: its images as webdataset groups them, and everything that cannot be used.
 *
 * <p>Adjacent members with one key are a sample. Its image is the first member with nothing but an image's extension; where
 * there is none, as with names that have dots of their own, all members that end in such an extension are images.
 */
final class ShardScan {
    /** Larger images are refused: 67 million pixels of 16-bit RGB need 384 MiB without compression. */
    static final int MAX_IMAGE_BYTES = 512 << 20;

    private static final int MAX_LABEL_FILE_BYTES = 1 << 20;
    private static final JsonFactory JSON = new JsonFactory();

    private final String shard;
    private final List<ShardIndex.Image> images = new ArrayList<>();
    private final Map<String, String> damaged = new TreeMap<>();
    private int samplesWithoutImage;

    private String key;
    private String classLabel;
    private String jsonLabel;
    private final List<Candidate> candidates = new ArrayList<>();

    private record Candidate(MemberName name, long offset, int size) {}

    private ShardScan(String shard) {
        this.shard = shard;
    }

    /**
     * Reads a shard from its beginning as far as it is sound.
     *
     * @throws IOException if it cannot be opened or read; that it is damaged is no exception but a finding
     */
    static ShardScan of(Path file) throws IOException {
        ShardScan scan = new ShardScan(file.getFileName().toString());
        try (ShardStream in = ShardStream.open(file)) {
            TarReader tar = new TarReader(in);
            for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
                scan.take(entry, in);
            }
            scan.endSample();
            if (!tar.endMarked()) {
                scan.damagedShard("ends without the mark that closes a tar archive, so it is probably cut off");
            }
        } catch (DamagedShardException e) {
            scan.endSample();
            scan.damagedShard(e.getMessage());
        }
        return scan;
    }

    List<ShardIndex.Image> images() {
        return images;
    }

    /** Names, each with its shard, and reasons. */
    Map<String, String> damaged() {
        return damaged;
    }

    int samplesWithoutImage() {
        return samplesWithoutImage;
    }

    private void take(TarReader.Entry entry, ShardStream in) throws IOException {
        MemberName name = MemberName.of(entry.name());
        if (entry.directory() || name.extension().isEmpty()) {
            pass(entry, name, in);
            return;
        }
        if (!name.key().equals(key)) {
            endSample();
            key = name.key();
        }
        if (name.image()) {
            String refusal = refusal(entry, name);
            if (refusal != null) {
                damaged.put(shard + '/' + name.path(), refusal);
            }
            pass(entry, name, in);
            if (refusal == null) {
                candidates.add(new Candidate(name, entry.offset(), (int) entry.size()));
            }
        } else if (entry.file() && entry.size() <= MAX_LABEL_FILE_BYTES) {
            takeLabel(entry, name, in);
        } else {
            pass(entry, name, in);
        }
    }

    private static String refusal(TarReader.Entry entry, MemberName name) {
        if (!entry.file()) {
            return switch (entry.type()) {
                case '1', '2' -> "a link, not an image; links are not followed";
                case 'S' -> "a sparse entry, which is not read";
                default -> "a tar entry of type '" + entry.type() + "', not a file";
            };
        }
        if (entry.size() == 0) {
            return "empty";
        }
        if (entry.size() > MAX_IMAGE_BYTES) {
            return String.format(Locale.ROOT, "%,d bytes, more than the %,d accepted", entry.size(), MAX_IMAGE_BYTES);
        }
        return name.refusal();
    }

    /** Goes past an entry's data, which shows whether all of it is there. */
    private void pass(TarReader.Entry entry, MemberName name, ShardStream in) throws IOException {
        if (in.compressed() && entry.size() > MAX_IMAGE_BYTES) {
            throw new DamagedShardException(String.format(
                    Locale.ROOT,
                    "'%s' claims %,d bytes, more than the %,d inflated for one entry",
                    name.path(),
                    entry.size(),
                    MAX_IMAGE_BYTES));
        }
        try {
            in.skipTo(entry.offset() + entry.size());
        } catch (DamagedShardException e) {
            if (name.image()) {
                damaged.put(
                        shard + '/' + name.path(),
                        String.format(
                                Locale.ROOT, "the shard ends within its %,d bytes, or is damaged there", entry.size()));
            }
            throw e;
        }
    }

    private void takeLabel(TarReader.Entry entry, MemberName name, ShardStream in) throws IOException {
        if (name.extension().equals("cls")) {
            classLabel = cleanLabel(new String(in.read((int) entry.size()), StandardCharsets.UTF_8));
        } else if (name.extension().equals("json")) {
            jsonLabel = labelOf(in.read((int) entry.size()));
        }
        pass(entry, name, in);
    }

    /** The first of the fields {@code label} and {@code cls} that is a string or a whole number; null if neither is. */
    private static String labelOf(byte[] json) {
        String label = null;
        String cls = null;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
                    if (field.equals("label")) {
                        label = cleanLabel(parser.getString());
                    } else if (field.equals("cls")) {
                        cls = cleanLabel(parser.getString());
                    }
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            return null;
        }
        return label != null ? label : cls;
    }

    /** Null for what is no label: nothing, a negative number, or a text too long to be a class. */
    static String cleanLabel(String text) {
        String label = text.strip();
        if (label.matches("[+-]?[0-9]{1,18}")) {
            long number = Long.parseLong(label);
            return number < 0 ? null : Long.toString(number);
        }
        return label.isEmpty() || label.length() > 256 ? null : label;
    }

    private void endSample() {
        if (key == null) {
            return;
        }
        boolean plain = candidates.stream().anyMatch(c -> c.name.plainImage());
        Set<String> taken = new HashSet<>();
        for (Candidate candidate : candidates) {
            String path = candidate.name.path();
            if (taken.contains(path)) {
                damaged.put(shard + '/' + path, "is there more than once; only the first is used");
            } else if (!plain || candidate.name.plainImage() && taken.isEmpty()) {
                taken.add(path);
                images.add(new ShardIndex.Image(
                        path, candidate.offset, candidate.size, classLabel != null ? classLabel : jsonLabel));
            }
        }
        if (taken.isEmpty()) {
            samplesWithoutImage++;
        }
        key = null;
        classLabel = null;
        jsonLabel = null;
        candidates.clear();
    }

    private void damagedShard(String reason) {
        damaged.put(
                shard,
                images.isEmpty()
                        ? reason
                        : String.format(
                                Locale.ROOT,
                                "%s; the %,d image%s before that %s used",
                                reason,
                                images.size(),
                                images.size() == 1 ? "" : "s",
                                images.size() == 1 ? "is" : "are"));
    }
}
