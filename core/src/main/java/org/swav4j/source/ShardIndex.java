package org.swav4j.source;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.swav4j.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * Where the images of one tar shard lie, kept beside it as {@code <shard>.idx.jsonl} so that opening needs no pass over the
 * shard. JSON lines: first
 *
 * <pre>{"format":"swav4j-shard-index","version":1,"shard":"a.tar","bytes":20480,"images":2}</pre>
 *
 * where {@code bytes} is the size of the shard's file, then one line for each image in the order of the archive:
 *
 * <pre>{"name":"0001.jpg","offset":512,"size":3977,"label":"cat"}</pre>
 *
 * where {@code offset} is that of the data in the archive (inflated, if it is compressed), and {@code label} may be missing.
 *
 * @param shard the shard's file name
 * @param bytes the size of its file
 * @param images in the order of the archive
 */
public record ShardIndex(String shard, long bytes, List<Image> images) {

    /**
     * One image.
     *
     * @param name as in the archive, without leading {@code ./}
     * @param offset where its data begins, in bytes from the beginning of the archive
     * @param size how many bytes it has
     * @param label a class's name or number; null if there is none
     */
    public record Image(String name, long offset, int size, String label) {}

    private static final String FORMAT = "swav4j-shard-index";
    private static final int VERSION = 1;
    private static final int BLOCK = 512;

    /** Longer names, and all that are not ASCII, may stand in an extension before the header that is looked at. */
    private static final int SHORT_NAME = 100;

    private static final JsonFactory JSON = JsonFactory.builder()
            .rootValueSeparator("\n")
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(1 << 14)
                    .maxNameLength(64)
                    .maxNumberLength(20)
                    .maxNestingDepth(2)
                    .build())
            .build();

    public ShardIndex {
        images = List.copyOf(images);
    }

    /**
     * Reads a shard's headers.
     *
     * @throws DataException if any of it is damaged: an index of part of a shard would hide that
     */
    public static ShardIndex scan(Path shard) throws IOException {
        ShardScan scan = ShardScan.of(shard);
        if (!scan.damaged().isEmpty()) {
            var first = scan.damaged().entrySet().iterator().next();
            throw new DataException(shard + ": cannot be indexed: " + first.getKey() + ": " + first.getValue());
        }
        return new ShardIndex(shard.getFileName().toString(), Files.size(shard), scan.images());
    }

    /** The index's place: beside the shard. */
    public static Path beside(Path shard) {
        return shard.resolveSibling(shard.getFileName() + ".idx.jsonl");
    }

    /** Writes the index beside its shard, in one step. */
    public void write(Path besideShard) throws IOException {
        Path file = beside(besideShard);
        Path partial = file.resolveSibling(file.getFileName() + ".tmp");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial))) {
            JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out);
            json.writeStartObject();
            json.writeStringProperty("format", FORMAT);
            json.writeNumberProperty("version", VERSION);
            json.writeStringProperty("shard", shard);
            json.writeNumberProperty("bytes", bytes);
            json.writeNumberProperty("images", images.size());
            json.writeEndObject();
            for (Image image : images) {
                json.writeStartObject();
                json.writeStringProperty("name", image.name);
                json.writeNumberProperty("offset", image.offset);
                json.writeNumberProperty("size", image.size);
                if (image.label != null) {
                    json.writeStringProperty("label", image.label);
                }
                json.writeEndObject();
            }
            json.writeRaw('\n');
            json.flush();
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
        Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads the index beside a shard. Empty if there is none or it does not fit: another version, another size of shard,
     * places that cannot be, damage. The shard has to be scanned then.
     */
    static Optional<ShardIndex> read(Path shard) throws IOException {
        Path file = beside(shard);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file);
                JsonParser json = JSON.createParser(ObjectReadContext.empty(), in)) {
            ShardIndex index = parse(json);
            return index != null && index.fits(shard) ? Optional.of(index) : Optional.empty();
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static ShardIndex parse(JsonParser json) {
        Line header = Line.next(json);
        if (header == null || !FORMAT.equals(header.format) || header.version != VERSION || header.shard == null) {
            return null;
        }
        List<Image> images = new ArrayList<>();
        for (Line line = Line.next(json); line != null; line = Line.next(json)) {
            if (line.name == null || line.size < 1 || line.size > ShardScan.MAX_IMAGE_BYTES) {
                return null;
            }
            String label = line.label == null ? null : ShardScan.cleanLabel(line.label);
            images.add(new Image(line.name, line.offset, (int) line.size, label));
        }
        return images.size() == header.images ? new ShardIndex(header.shard, header.bytes, images) : null;
    }

    private boolean fits(Path file) throws IOException {
        if (!shard.equals(file.getFileName().toString()) || bytes != Files.size(file)) {
            return false;
        }
        long free = BLOCK;
        for (Image image : images) {
            MemberName name = MemberName.of(image.name);
            if (image.offset < free
                    || image.offset % BLOCK != 0
                    || !name.path().equals(image.name)
                    || !name.image()
                    || name.refusal() != null) {
                return false;
            }
            free = image.offset + image.size + BLOCK;
        }
        return images.isEmpty() || ShardStream.compressed(shard) || lastIsThere(file);
    }

    /** Compares the last image's header: a shard that was written again with the same size would not have it there. */
    private boolean lastIsThere(Path file) throws IOException {
        Image last = images.get(images.size() - 1);
        if (last.offset > bytes - last.size) {
            return false;
        }
        try (ShardStream in = ShardStream.open(file)) {
            TarReader.Entry entry = TarReader.at(in, last.offset - BLOCK).next();
            return entry != null
                    && entry.offset() == last.offset
                    && entry.size() == last.size
                    && (last.name.length() >= SHORT_NAME
                            || last.name.chars().anyMatch(c -> c > 127)
                            || MemberName.of(entry.name()).path().equals(last.name));
        } catch (DamagedShardException e) {
            return false;
        }
    }

    /** The fields of one line, whichever line it is. */
    private static final class Line {
        private String format;
        private String shard;
        private String name;
        private String label;
        private long version;
        private long bytes;
        private long images = -1;
        private long offset = -1;
        private long size = -1;

        static Line next(JsonParser json) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            Line line = new Line();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                if (value == JsonToken.VALUE_STRING) {
                    line.take(field, json.getString());
                } else if (value == JsonToken.VALUE_NUMBER_INT) {
                    if (field.equals("label")) {
                        line.label = json.getString();
                    } else {
                        line.take(field, json.getLongValue());
                    }
                } else {
                    json.skipChildren();
                }
            }
            return line;
        }

        private void take(String field, String value) {
            switch (field) {
                case "format" -> format = value;
                case "shard" -> shard = value;
                case "name" -> name = value;
                case "label" -> label = value;
                default -> {}
            }
        }

        private void take(String field, long value) {
            switch (field) {
                case "version" -> version = value;
                case "bytes" -> bytes = value;
                case "images" -> images = value;
                case "offset" -> offset = value;
                case "size" -> size = value;
                default -> {}
            }
        }
    }
}
