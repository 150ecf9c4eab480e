package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointPlace;
import org.swav4j.dataset.Bytes;
import org.swav4j.export.Export;
import org.swav4j.export.ExportConfig;
import org.swav4j.export.ExportFormat;
import org.swav4j.export.ExportedPart;
import org.swav4j.export.ModelCard;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.train.BuildInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code swav export}: an encoder as a file that other programs read. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes a trained network to a file for other programs, with a model card beside it. The file is read back and"
                    + " compared with the network on fixed images before it is in its place."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav export --model runs/photos --format safetensors --out trunk.safetensors",
            "  swav export --model runs/photos --format onnx --fold-bn --dynamic \\",
            "      --with-preprocessing --out encoder.onnx"
        })
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOption model;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            converter = Format.class,
            description =
                    "safetensors or pytorch: weights under torchvision's names; torchscript or onnx: the operations"
                            + " too.")
    private ExportFormat format;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "File to write; its model card becomes FILE" + Export.CARD + ".")
    private Path out;

    @Option(
            names = "--what",
            paramLabel = "PART",
            defaultValue = "trunk",
            converter = Part.class,
            description =
                    "${COMPLETION-CANDIDATES}: pooled features, or with the projection head, or with the prototypes"
                            + " too [trunk].")
    private ExportedPart what;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Side of the images, in pixels [that of the run's largest crop].")
    private Integer size;

    @Option(
            names = "--dynamic",
            description = "onnx: take any number of images at once, not one; torchscript always does.")
    private boolean dynamic;

    @Option(names = "--fold-bn", description = "torchscript, onnx: fold batch norm into the convolutions before it.")
    private boolean foldBatchNorm;

    @Option(names = "--half", description = "safetensors, pytorch: round weights to float16.")
    private boolean half;

    @Option(
            names = "--with-preprocessing",
            description = "torchscript, onnx: take RGB bytes [N, size, size, 3] and normalise them inside.")
    private boolean withPreprocessing;

    @Option(
            names = "--license",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Licence of the weights, for the model card.")
    private String license;

    @Option(names = "--force", description = "Replace FILE and its card if they are there.")
    private boolean force;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        checkUsage();
        Checkpoint checkpoint = Checkpoint.find(model.path());
        int side = size != null ? size : checkpoint.encoder().imageSize();
        ExportConfig config = new ExportConfig(format, what, side, dynamic, foldBatchNorm, half, withPreprocessing);
        String command = Invocation.line(spec);
        ModelCard card = new ModelCard(
                checkpoint,
                provenance(checkpoint),
                license,
                command,
                BuildInfo.read().version());
        report(checkpoint, config, new Export(checkpoint, config).write(out, card));
        return ExitCode.DONE;
    }

    private void checkUsage() {
        // the run's own size is one that images may have
        int side = size != null ? size : 224;
        List<String> problems = new ArrayList<>(
                new ExportConfig(format, what, side, dynamic, foldBatchNorm, half, withPreprocessing).problems());
        model.problem().ifPresent(problems::add);
        Path folder = out.toAbsolutePath().getParent();
        if (Files.isDirectory(out)) {
            problems.add("--out: " + out + ": is a folder; give the file to write");
        } else if (folder == null || !Files.isDirectory(folder)) {
            problems.add("--out: " + out + ": there is no folder " + folder);
        } else if (!force) {
            for (Path file : new Path[] {out, Export.card(out)}) {
                if (Files.exists(file)) {
                    problems.add("--out: " + file + ": is there already; --force replaces it");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
    }

    /** Of the run that the checkpoint lies in, if it belongs to that. */
    private static Optional<Provenance> provenance(Checkpoint checkpoint) throws IOException {
        Optional<Path> run = CheckpointPlace.find(checkpoint.directory()).run();
        if (run.isEmpty() || !Files.isRegularFile(run.get().resolve(RunDirectory.PROVENANCE))) {
            return Optional.empty();
        }
        Provenance provenance = Provenance.read(RunDirectory.open(run.get()));
        String owner = checkpoint.lineage().run();
        return owner.isEmpty() || owner.equals(provenance.runId()) ? Optional.of(provenance) : Optional.empty();
    }

    private void report(Checkpoint checkpoint, ExportConfig config, Export.Result result) {
        PrintWriter text = spec.commandLine().getOut();
        Path card = Export.card(out);
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("file", out.toString());
            fields.put("card", card.toString());
            fields.put("checkpoint", checkpoint.directory().toString());
            fields.put("format", config.format().toString());
            fields.put("what", config.part().toString());
            fields.put("size", config.size());
            fields.put("bytes", result.bytes());
            fields.put("outputs", result.outputs());
            fields.put("largest_difference", result.largestDifference());
            fields.put("rounding_difference", config.half() ? result.roundingDifference() : null);
            Json.print(text, fields);
            return;
        }
        String outputs = result.outputs().entrySet().stream()
                .map(o -> o.getKey() + " [N, " + o.getValue() + "]")
                .collect(Collectors.joining(", "));
        text.println(out + ": " + config.part() + " of " + checkpoint.directory() + ", " + config.format() + ", "
                + Bytes.text(result.bytes()) + ", " + outputs);
        text.println(String.format(
                Locale.ROOT,
                "read back and compared on %d images of %d pixels: largest difference %s",
                Export.IMAGES,
                config.size(),
                Export.shown(result.largestDifference())));
        if (config.half()) {
            text.println(
                    "rounding to float16 changes the outputs by up to " + Export.shown(result.roundingDifference()));
        }
        text.println("model card: " + card);
        text.flush();
    }

    /** A name of a format. */
    static final class Format implements ITypeConverter<ExportFormat> {
        @Override
        public ExportFormat convert(String typed) {
            try {
                return ExportFormat.parse(typed);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** A name of a part. */
    static final class Part implements ITypeConverter<ExportedPart> {
        @Override
        public ExportedPart convert(String typed) {
            try {
                return ExportedPart.parse(typed);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
