package org.swav4j.export;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.format.AtomicFile;

/** One network written to one file, with its model card beside it. */
public final class Export {
    /** Behind the name of a file, of its model card. */
    public static final String CARD = ".README.md";

    /** How many images every file is compared on. */
    public static final int IMAGES = FixedImages.COUNT;

    private final Checkpoint checkpoint;
    private final ExportConfig config;

    /**
     * @param checkpoint that holds the network
     * @throws IllegalArgumentException naming the settings that do not go together
     */
    public Export(Checkpoint checkpoint, ExportConfig config) {
        if (!config.problems().isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", config.problems()));
        }
        this.checkpoint = checkpoint;
        this.config = config;
    }

    /** A difference for people: {@code 1.2e-06}, or 0 if not a bit differs. */
    public static String shown(double difference) {
        return difference == 0 ? "0" : String.format(Locale.ROOT, "%.1e", difference);
    }

    /** Where the model card of a file lies. */
    public static Path card(Path file) {
        return file.resolveSibling(file.getFileName() + CARD);
    }

    /**
     * What was written.
     *
     * @param bytes size of the file
     * @param largestDifference between its outputs and the network's on fixed images
     * @param roundingDifference between those of the network and of its rounded weights; 0 unless they are rounded
     * @param outputs names of what comes out, each with its width
     */
    public record Result(
            long bytes, double largestDifference, double roundingDifference, Map<String, Integer> outputs) {}

    /**
     * Writes file and card, over those that are there. The file is read back and run before it is in its place; when that
     * or anything else fails, nothing new remains.
     *
     * @throws CheckpointException if the checkpoint lacks the part
     * @throws ExportException if the file does not compute what the network does
     */
    public Result write(Path file, ModelCard card) throws IOException {
        try (FrozenNetwork network = FrozenNetwork.load(checkpoint, config.part())) {
            if (!network.state().isFinite()) {
                throw new CheckpointException(
                        checkpoint.directory() + ": some weights are infinite or not a number; nothing was written");
            }
            try (ModelFile model = model(network, card)) {
                return write(file, card, network, model);
            }
        }
    }

    private ModelFile model(FrozenNetwork network, ModelCard card) throws IOException {
        return switch (config.format()) {
            case SAFETENSORS, PYTORCH -> {
                Map<String, String> text = new LinkedHashMap<>(card.metadata());
                text.put("format", "pt");
                yield new WeightFile(network, config.format(), config.half(), text);
            }
            case TORCHSCRIPT -> new ScriptModel(network, config, card.metadata());
            case ONNX -> new OnnxModel(network, config, card.version(), card.metadata());
        };
    }

    private Result write(Path file, ModelCard card, FrozenNetwork network, ModelFile model) throws IOException {
        Map<String, Integer> outputs = new LinkedHashMap<>();
        for (String name : network.shape().outputs()) {
            outputs.put(name, network.shape().width(outputs.size()));
        }
        Path cardFile = card(file);
        List<Path> fresh =
                Stream.of(file, cardFile).filter(f -> !Files.exists(f)).toList();
        List<Result> result = new ArrayList<>();
        try {
            AtomicFile.write(file, model::write, written -> {
                result.add(compare(written, network, model, outputs));
                AtomicFile.write(
                        cardFile, card.text(file.getFileName().toString(), config, network.shape(), result.get(0)));
            });
        } catch (IOException e) {
            discard(fresh, e);
            throw e instanceof ExportException
                    ? new ExportException(file + ": " + e.getMessage())
                    : new IOException(file + ": cannot be written: " + reason(e), e);
        } catch (RuntimeException e) {
            discard(fresh, e);
            throw e;
        }
        return result.get(0);
    }

    private static void discard(List<Path> files, Exception failure) {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }

    private Result compare(Path written, FrozenNetwork network, ModelFile model, Map<String, Integer> outputs)
            throws IOException {
        double rounding = 0;
        if (config.half()) {
            rounding = Agreement.largestDifference(network, model.expected(), config.size());
        }
        try (PointerScope scope = new PointerScope();
                Forward read = model.read(written)) {
            double difference = Agreement.largestDifference(model.expected(), read, config.size());
            Agreement.require(difference, config.format());
            return new Result(Files.size(written), difference, rounding, outputs);
        }
    }
}
