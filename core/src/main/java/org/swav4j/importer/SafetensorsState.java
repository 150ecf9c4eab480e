package org.swav4j.importer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.swav4j.format.FormatException;
import org.swav4j.format.Safetensors;
import org.swav4j.nn.Stem;

/** A module's state in a safetensors file; what {@code swav export} noted in it needs not be said again. */
final class SafetensorsState {
    private static final String STEM = "swav4j.stem";
    private static final String IMAGE_SIZE = "swav4j.image_size";
    private static final int LENGTH_BYTES = 8;

    private SafetensorsState() {}

    /** Whether a file begins as safetensors do: the length of a header that lies in the file, and the header's brace. */
    static boolean isOne(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(LENGTH_BYTES + 1);
            if (start.length <= LENGTH_BYTES || start[LENGTH_BYTES] != '{') {
                return false;
            }
            long header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
            return header > 0 && header <= Files.size(file) - LENGTH_BYTES;
        }
    }

    /** The file's tensors; their content is read when it is asked for. */
    static SavedState of(Path file, Safetensors.File content) throws IOException {
        Map<String, SavedTensor> tensors = new LinkedHashMap<>();
        for (String name : content.names()) {
            tensors.put(
                    name,
                    new SavedTensor(
                            content.dtype(name),
                            content.shape(name),
                            into -> into.put(content.get(name).data())));
        }
        return SavedState.of(file, "", tensors, Collections.emptySortedSet());
    }

    /**
     * What a user left open, filled in by what the file says of itself.
     *
     * @throws FormatException if it says what cannot be
     */
    static ImportedEncoder.Choices completed(Path file, Safetensors.File content, ImportedEncoder.Choices given)
            throws FormatException {
        Map<String, String> noted = content.metadata();
        try {
            Stem stem = given.stem() == null && noted.containsKey(STEM) ? Stem.parse(noted.get(STEM)) : given.stem();
            Integer side = given.imageSize() == null && noted.containsKey(IMAGE_SIZE)
                    ? Integer.valueOf(noted.get(IMAGE_SIZE))
                    : given.imageSize();
            return new ImportedEncoder.Choices(given.prefix(), stem, side, given.skipObjects());
        } catch (IllegalArgumentException e) {
            throw new FormatException(file, "says wrong things of its encoder: " + e.getMessage());
        }
    }
}
