package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.swav4j.format.FormatException;
import org.swav4j.importer.EncoderImport;
import org.swav4j.importer.ImportedEncoder;
import org.swav4j.nn.Stem;
import org.swav4j.train.BuildInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code swav import}: an encoder that another program trained. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a checkpoint of a ResNet that was saved with PyTorch or as safetensors: of SwAV, DeepCluster-v2, MoCo,"
                    + " DINO, solo-learn, Lightly, torchvision or timm, or by 'swav export'. Reads tensors and plain values;"
                    + " runs nothing of the file."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav import swav_800ep_pretrain.pth.tar --out encoder/",
            "  swav knn --model encoder/ --train labelled/train --test labelled/test"
        })
final class ImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "What torch.save wrote (.pth, .pth.tar, .pt, .ckpt), or .safetensors.")
    private Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "New folder for the checkpoint.")
    private Path out;

    @Option(
            names = "--prefix",
            paramLabel = "NAME",
            description =
                    "What stands before the names of the trunk's tensors [found by itself unless there are several].")
    private String prefix;

    @Option(
            names = "--stem",
            paramLabel = "STEM",
            description =
                    "small-stride2 if a 3x3 stem has stride 2, which shapes do not tell [by the first convolution:"
                            + " imagenet or small].")
    private String stem;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Side of images to use the encoder with [as an exported file says; else 224].")
    private Integer imageSize;

    @Option(
            names = "--skip-objects",
            description =
                    "Pass over objects of unknown classes in the file; they are neither made nor run. Without it they are"
                            + " refused, except usual settings such as argparse's and Lightning's.")
    private boolean skipObjects;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        ImportedEncoder.Choices choices = choices();
        ImportedEncoder encoder =
                EncoderImport.run(file, out, choices, BuildInfo.read().version());
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            Json.print(print, fields(encoder));
            return ExitCode.DONE;
        }
        lines(encoder).forEach(print::println);
        print.flush();
        return ExitCode.DONE;
    }

    private ImportedEncoder.Choices choices() {
        List<String> problems = new ArrayList<>();
        EvaluationOptions.range(problems, "--image-size", imageSize, 8, 2048);
        Stem given = null;
        try {
            given = stem == null ? null : Stem.parse(stem);
        } catch (IllegalArgumentException e) {
            problems.add("--stem: " + e.getMessage());
        }
        if (!Files.exists(file)) {
            problems.add(file + ": there is no such file");
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
        return new ImportedEncoder.Choices(prefix, given, imageSize, skipObjects);
    }

    private List<String> lines(ImportedEncoder encoder) {
        List<String> lines = new ArrayList<>();
        String place = encoder.place().isEmpty() ? "" : ", in '" + encoder.place() + "'";
        String under = encoder.prefix().isEmpty() ? "" : ", under '" + encoder.prefix() + "'";
        row(lines, "recognised", encoder.method() + place + under);
        row(
                lines,
                "encoder",
                encoder.encoder().arch() + ", stem " + encoder.encoder().stem() + ", images of "
                        + encoder.encoder().imageSize());
        row(lines, "head", head(encoder.head()));
        String leftOut = encoder.leftOut().entrySet().stream()
                .map(e -> e.getKey() + " (" + e.getValue() + (e.getValue() == 1 ? " tensor)" : " tensors)"))
                .collect(Collectors.joining(", "));
        row(lines, "left out", leftOut.isEmpty() ? "nothing" : leftOut);
        if (!encoder.passedOver().isEmpty()) {
            row(lines, "passed over", "objects of " + types(encoder.passedOver()));
        }
        if (!encoder.absent().isEmpty()) {
            row(lines, "begun at 0", encoder.absent().size() + " counts of batches, which the file does not have");
        }
        row(lines, "expects", expects(encoder));
        lines.add("");
        lines.add("Done: the encoder is in " + out + "; it can be given to knn --model and pretrain --init-from.");
        return lines;
    }

    /** The first few; names come from the file. */
    private static String types(Collection<String> all) {
        String few = all.stream().limit(4).map(FormatException::quote).collect(Collectors.joining(", "));
        return few.replace("'", "") + (all.size() > 4 ? " and " + (all.size() - 4) + " more types" : "");
    }

    private static String expects(ImportedEncoder encoder) {
        double red = encoder.method().redDeviation();
        String customary =
                String.format(Locale.ROOT, "RGB, mean .485 .456 .406, std %s .224 .225", (red + "").substring(1));
        return red == 0.228
                ? customary + ", as swav4j gives it"
                : customary + " if trained as usual on ImageNet; swav4j divides red by .228, 0.4 % less";
    }

    private static String head(ImportedEncoder.Head head) {
        String projection = head.hidden()
                .map(h -> h == 0
                        ? "linear to " + head.dim().get()
                        : h + "-" + head.dim().get())
                .orElse("none");
        String prototypes = head.prototypes().stream()
                .map(k -> String.format(Locale.ROOT, "%,d", k))
                .collect(Collectors.joining(" + "));
        return projection + (prototypes.isEmpty() ? "" : ", prototypes " + prototypes);
    }

    private static void row(List<String> lines, String name, String value) {
        lines.add(String.format(Locale.ROOT, "%-12s%s", name, value));
    }

    private Map<String, Object> fields(ImportedEncoder encoder) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", file.toString());
        fields.put("checkpoint", out.toString());
        fields.put("method", encoder.method().toString());
        fields.put("place", encoder.place());
        fields.put("prefix", encoder.prefix());
        fields.put("arch", encoder.encoder().arch());
        fields.put("stem", encoder.encoder().stem());
        fields.put("image_size", encoder.encoder().imageSize());
        fields.put("hidden", encoder.head().hidden().orElse(null));
        fields.put("dim", encoder.head().dim().orElse(null));
        fields.put("prototypes", encoder.head().prototypes());
        fields.put("tensors", encoder.tensors().size());
        fields.put("begun_at_zero", encoder.absent());
        fields.put("left_out", encoder.leftOut());
        fields.put("objects_passed_over", encoder.passedOver());
        fields.put("expects_mean", List.of(0.485, 0.456, 0.406));
        fields.put("expects_std", List.of(encoder.method().redDeviation(), 0.224, 0.225));
        return fields;
    }
}
