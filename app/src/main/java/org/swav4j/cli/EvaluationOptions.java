package org.swav4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.train.MachineFacts;
import picocli.CommandLine.Option;

/** What all commands that evaluate an encoder are told: which one, how it works, and where the report goes. */
final class EvaluationOptions {
    private static final String UNTRAINED = "untrained:";
    private static final int MAX_THREADS = 1024;
    private static final int SMALL_IMAGE = 32;
    private static final int LARGE_IMAGE = 224;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "ENCODER",
            converter = Places.OnThisMachine.class,
            description =
                    "A run, whose newest checkpoint is taken, one checkpoint, an imported encoder, or fresh weights:"
                            + " untrained:ARCH[:STEM[:IMAGE_SIZE]].")
    private Path model;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Side that images are brought to [that of the run's largest crop].")
    private Integer imageSize;

    @Option(
            names = "--precision",
            paramLabel = "fp32|bf16",
            description = "Arithmetic of the network [bf16 where the processor has it].")
    private String precisionName;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu", description = "cpu, cuda or cuda:N [cpu].")
    private String deviceName;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the network [one per core].")
    private Integer threads;

    @Option(names = "--workers", paramLabel = "N", description = "Threads that read and decode [one per core].")
    private Integer workers;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of everything random; the same seed gives the same numbers [0].")
    private long seed;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "Where the report is written, as JSON and as a page [eval/ in the run's directory].")
    private Path reportFolder;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Option(names = "--quiet", description = "Print warnings and the result only.")
    private boolean quiet;

    /** Adds what is wrong with the values themselves, before anything is read. */
    void check(List<String> problems) {
        range(problems, "--image-size", imageSize, 8, 2048);
        range(problems, "--threads", threads, 1, MAX_THREADS);
        range(problems, "--workers", workers, 1, MAX_THREADS);
        attempt(problems, "--device", () -> new ComputeDevice(deviceName));
        if (precisionName != null) {
            attempt(problems, "--precision", () -> Precision.parse(precisionName));
        }
        if (isUntrained()) {
            attempt(problems, "--model", this::untrainedInfo);
        } else if (!Files.exists(model)) {
            problems.add("--model: " + model + ": there is no such run or checkpoint");
        }
        if (reportFolder != null && Files.exists(reportFolder) && !Files.isDirectory(reportFolder)) {
            problems.add("--report: " + reportFolder + ": is a file; give a folder");
        }
    }

    private static void attempt(List<String> problems, String flag, Runnable parse) {
        try {
            parse.run();
        } catch (IllegalArgumentException e) {
            problems.add(flag + ": " + e.getMessage());
        }
    }

    /** Adds a problem if a value that was given is out of range. */
    static void range(List<String> problems, String flag, Integer value, int min, int max) {
        if (value != null && (value < min || value > max)) {
            problems.add(flag + ": '" + value + "': must be from " + min + " to " + max);
        }
    }

    /** Whether {@code --model} asks for fresh weights. */
    boolean isUntrained() {
        return model.toString().startsWith(UNTRAINED);
    }

    private EncoderInfo untrainedInfo() {
        String[] parts = model.toString().substring(UNTRAINED.length()).split(":", -1);
        if (parts.length > 3) {
            throw new IllegalArgumentException("'" + model + "': expected untrained:ARCH[:STEM[:IMAGE_SIZE]]");
        }
        Architecture arch = Architecture.parse(parts[0]);
        Stem stem = parts.length > 1 ? Stem.parse(parts[1]) : Stem.IMAGENET;
        int side = stem == Stem.IMAGENET ? LARGE_IMAGE : SMALL_IMAGE;
        try {
            side = parts.length > 2 ? Integer.parseInt(parts[2]) : side;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + parts[2] + "': the image size must be a number", e);
        }
        return new EncoderInfo(
                arch.name(), stem.toString(), FrozenEncoder.view(side).size());
    }

    /** The encoder that {@code --model} names; a checkpoint is verified. */
    EncoderSource encoder() {
        return isUntrained() ? EncoderSource.untrained(untrainedInfo(), seed) : EncoderSource.of(model);
    }

    /** {@code --model} as it was typed. */
    String model() {
        return model.toString();
    }

    /** How images are shown to an encoder. */
    EvalTransform view(EncoderSource encoder) {
        return FrozenEncoder.view(imageSize != null ? imageSize : encoder.info().imageSize());
    }

    /** {@code --image-size}, if it was given. */
    OptionalInt imageSize() {
        return imageSize != null ? OptionalInt.of(imageSize) : OptionalInt.empty();
    }

    Precision precision() {
        if (precisionName != null) {
            return Precision.parse(precisionName);
        }
        return device().isCuda() || MachineFacts.detect().bf16() ? Precision.BF16 : Precision.FP32;
    }

    ComputeDevice device() {
        return new ComputeDevice(deviceName);
    }

    /** Where a network that only runs forward keeps its weights. */
    Placement placement() {
        return placement(device());
    }

    /** The same on another device. */
    Placement placement(ComputeDevice on) {
        return new Placement(on, Placement.CPU.layout());
    }

    /** What must be the same for all processes that share the work. */
    String shared(EncoderSource encoder) {
        return "encoder: " + encoder.fingerprint() + "\nimage size: "
                + view(encoder).size() + "\nprecision: " + precision() + "\n";
    }

    int threads() {
        return threads != null ? threads : EvaluationRanks.cores();
    }

    int workers() {
        return workers != null ? workers : EvaluationRanks.cores();
    }

    /** Threads that load beside a training: as asked, or one for four cores, as the others train. */
    int trainingWorkers() {
        return workers != null ? workers : Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    }

    long seed() {
        return seed;
    }

    /** Where the report goes: as asked, or into the encoder's run; empty for an encoder without one. */
    Optional<Path> reportFolder(EncoderSource encoder) {
        return reportFolder != null ? Optional.of(reportFolder) : encoder.run().map(run -> run.resolve("eval"));
    }

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    /** Throws what {@link #check} and the command found, all at once. */
    static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", new ArrayList<>(problems)));
        }
    }
}
