package org.swav4j.embed;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.swav4j.data.DataException;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.Representation;
import org.swav4j.tensor.Precision;

/**
 * What made embeddings: which encoder, told what. Another image gets a vector that can be compared with them from the same.
 *
 * @param fingerprint of the encoder's checkpoint, which only the same one has
 * @param model where the checkpoint lay
 * @param arch its architecture, for people
 * @param what an image became
 * @param imageSize side in pixels that images were brought to
 * @param precision of the network
 * @param data where the images lay; empty where that is not known
 */
public record EncoderRecord(
        String fingerprint,
        String model,
        String arch,
        Representation what,
        int imageSize,
        Precision precision,
        String data) {
    private static final String PREFIX = "swav4j.";

    /** Of a network that is loaded. */
    public static EncoderRecord of(EncoderNetwork network, String data) {
        return new EncoderRecord(
                network.fingerprint(),
                network.checkpoint().toAbsolutePath().toString(),
                network.info().arch(),
                network.options().representation(),
                network.view().size(),
                network.options().precision(),
                data);
    }

    /** As entries of a file; a new map. */
    public Map<String, String> entries() {
        return new TreeMap<>(Map.of(
                PREFIX + "fingerprint", fingerprint,
                PREFIX + "model", model,
                PREFIX + "arch", arch,
                PREFIX + "what", what.toString(),
                PREFIX + "image_size", Integer.toString(imageSize),
                PREFIX + "precision", precision.toString(),
                PREFIX + "data", data));
    }

    /**
     * Of a file's entries; empty if they do not say which encoder it was.
     *
     * @throws DataException if they are there and have no meaning
     */
    public static Optional<EncoderRecord> parse(Map<String, String> entries) {
        String fingerprint = entries.get(PREFIX + "fingerprint");
        if (fingerprint == null || fingerprint.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new EncoderRecord(
                    fingerprint,
                    entries.getOrDefault(PREFIX + "model", ""),
                    entries.getOrDefault(PREFIX + "arch", ""),
                    Representation.parse(entries.getOrDefault(PREFIX + "what", "")),
                    Integer.parseInt(entries.getOrDefault(PREFIX + "image_size", "")),
                    Precision.parse(entries.getOrDefault(PREFIX + "precision", "")),
                    entries.getOrDefault(PREFIX + "data", "")));
        } catch (IllegalArgumentException e) {
            throw new DataException("what it says of its encoder has no meaning: " + e.getMessage(), e);
        }
    }

    /** How an encoder is to work so that its vectors can be compared with these. */
    public EncoderOptions options() {
        return EncoderOptions.defaults()
                .withRepresentation(what)
                .withImageSize(imageSize)
                .withPrecision(precision);
    }

    /** The same, whose images lie elsewhere. */
    public EncoderRecord withData(String place) {
        return new EncoderRecord(fingerprint, model, arch, what, imageSize, precision, place);
    }
}
