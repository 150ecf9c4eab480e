package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.encode.Encoder;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.Representation;
import org.swav4j.search.VectorSet;
import picocli.CommandLine.Option;

/** Which encoder somebody says made embeddings; where their images are at hand, that is checked. */
final class ClaimedEncoder {
    private static final int CHECKED = 5;
    /** bfloat16 and halves stay above it; other encoders and other sizes do not. */
    private static final double SAME = 0.99;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "RUN_OR_CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "The encoder. With --data some images are encoded, to see whether it is.")
    private Path model;

    @Option(
            names = "--what",
            paramLabel = "KIND",
            defaultValue = "trunk",
            description = "As 'swav embed' was told: trunk, embedding, scores or codes [trunk].")
    private String what;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "As 'swav embed' was told [that of the run's largest crop].")
    private Integer imageSize;

    void problems(List<String> problems) {
        ModelOption.problem(model).ifPresent(problems::add);
        EvaluationOptions.range(problems, "--image-size", imageSize, 8, 2048);
        try {
            Representation.parse(what);
        } catch (IllegalArgumentException e) {
            problems.add("--what: " + e.getMessage());
        }
    }

    /**
     * The encoder's record.
     *
     * @throws DataException if it cannot have made these vectors
     */
    EncoderRecord record(Path embeddings, VectorSet vectors, String place, Optional<LabelledImages> images)
            throws IOException {
        EncoderOptions options = EncoderOptions.defaults().withRepresentation(Representation.parse(what));
        options = imageSize == null ? options : options.withImageSize(imageSize);
        EncoderRecord record;
        try (EncoderNetwork network = EncoderNetwork.load(model, options)) {
            record = EncoderRecord.of(network, place);
            if (network.dimensions() != vectors.dimensions()) {
                throw new DataException(embeddings + ": was not made by " + network.checkpoint() + ", whose " + what
                        + " vectors have " + network.dimensions() + " numbers; these have " + vectors.dimensions());
            }
        }
        if (images.isPresent()) {
            check(embeddings, vectors, images.get(), record);
        }
        return record;
    }

    private void check(Path embeddings, VectorSet vectors, LabelledImages images, EncoderRecord record)
            throws IOException {
        Map<String, Integer> places = new HashMap<>();
        IntStream.range(0, images.size()).forEach(i -> places.putIfAbsent(images.name(i), i));
        int looks = Math.min(CHECKED, vectors.size());
        try (Encoder encoder = Encoder.load(model, record.options())) {
            for (int look = 0; look < looks; look++) {
                int row = (int) ((long) look * vectors.size() / looks);
                Integer image = places.get(vectors.name(row));
                if (image == null) {
                    throw new DataException("--data: " + images.description() + ": there is no " + vectors.name(row)
                            + ", which " + embeddings + " has");
                }
                double cosine = vectors.cosine(row, encoder.embed(images.read(image)));
                if (cosine < SAME) {
                    throw new DataException(String.format(
                            Locale.ROOT,
                            "%s: was not made by %s (%s, %d pixels): the cosine of %s's vector with the encoder's is %.3f",
                            embeddings,
                            model,
                            what,
                            record.imageSize(),
                            vectors.name(row),
                            cosine));
                }
            }
        } catch (UnreadableImageException e) {
            throw new DataException("--data: an image that was embedded cannot be read: " + e.getMessage(), e);
        }
    }
}
