package org.swav4j.export;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Progress;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.runlog.Provenance;

/**
 * What somebody who gets an exported file must know of it, in Markdown.
 *
 * @param checkpoint that was exported
 * @param provenance of its run, where that is known
 * @param license of the weights, as the exporter states it; empty if not stated
 * @param command that exported it
 * @param version of this library
 */
public record ModelCard(
        Checkpoint checkpoint, Optional<Provenance> provenance, String license, String command, String version) {
    private static final String UNKNOWN = "not recorded";

    /** The same in short for the file itself, key → text. */
    public Map<String, String> metadata() {
        EncoderInfo encoder = checkpoint.encoder();
        Map<String, String> text = new LinkedHashMap<>();
        text.put("swav4j.version", version);
        text.put("swav4j.arch", encoder.arch());
        text.put("swav4j.stem", encoder.stem());
        text.put("swav4j.image_size", Integer.toString(encoder.imageSize()));
        checkpoint.summary().progress().ifPresent(progress -> text.put("swav4j.step", Long.toString(progress.step())));
        if (!checkpoint.lineage().run().isEmpty()) {
            text.put("swav4j.run", checkpoint.lineage().run());
        }
        provenance.ifPresent(p -> {
            text.put("swav4j.data", p.data().description());
            text.put("swav4j.data_fingerprint", p.data().fingerprint());
        });
        checkpoint.knnTop1().ifPresent(top1 -> text.put("swav4j.knn_top1", format("%.4f", top1)));
        if (!license.isEmpty()) {
            text.put("license", license);
        }
        text.put("mean", Arrays.toString(PixelNormalization.mean()));
        text.put("std", Arrays.toString(PixelNormalization.standardDeviation()));
        return text;
    }

    byte[] text(String file, ExportConfig config, NetworkShape shape, Export.Result result) {
        List<String> lines = new ArrayList<>();
        EncoderInfo encoder = checkpoint.encoder();
        lines.add("# " + file);
        lines.add("");
        lines.add(what(config, shape)
                + (origin().isPresent()
                        ? ", of a file of another program's that swav4j imported; its origin is below."
                        : ", pretrained with SwAV (Caron et al. 2020, arXiv 2006.09882) by swav4j "
                                + checkpoint.summary().version() + "."));
        lines.add("");
        lines.add("| | |");
        lines.add("|---|---|");
        row(lines, "architecture", encoder.arch() + ", stem " + encoder.stem());
        row(
                lines,
                "format",
                config.format()
                        + (config.half() ? ", float16" : ", float32")
                        + (config.foldBatchNorm() ? ", batch norm folded" : ""));
        result.outputs().forEach((name, width) -> row(lines, "output", "`" + name + "` [N, " + width + "]"));
        row(lines, "data", provenance.map(p -> p.data().description()).orElse(UNKNOWN));
        row(lines, "recipe", recipe());
        row(lines, "trained", trained());
        row(
                lines,
                "k-NN top-1",
                checkpoint.knnTop1().isPresent()
                        ? format(
                                "%.1f %%, measured while training",
                                100 * checkpoint.knnTop1().getAsDouble())
                        : "not measured");
        row(lines, "licence", license.isEmpty() ? "not stated" : license);
        row(
                lines,
                "largest difference",
                format(
                        "%s from swav4j's own outputs on %d fixed images of %d pixels",
                        Export.shown(result.largestDifference()), FixedImages.COUNT, config.size()));
        if (config.half()) {
            row(
                    lines,
                    "rounding to float16",
                    format("changes those outputs by up to %s", Export.shown(result.roundingDifference())));
        }
        row(lines, "exported by", "`" + command + "`, swav4j " + version);
        lines.add("");
        lines.add("## Images");
        lines.add("");
        lines.add(images(config));
        lines.add("");
        lines.add("## Use");
        lines.add("");
        lines.addAll(new CardExample(file, config, shape).lines());
        lines.add("");
        lines.add(origin().isPresent() ? "## Origin" : "## Settings of the training");
        lines.add("");
        lines.add(origin().isPresent() ? "```json" : "```yaml");
        lines.addAll(origin().orElseGet(checkpoint::configYaml).strip().lines().toList());
        lines.add("```");
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String what(ExportConfig config, NetworkShape shape) {
        String what = config.format().isGraph() ? "network" : "weights";
        return switch (shape.part()) {
            case TRUNK -> "The trunk's " + what + ": pooled features";
            case EMBEDDING -> "Trunk's and projection head's " + what + ": embeddings of unit length";
            case SCORES ->
                "Trunk's, projection head's and prototypes' " + what
                        + ": cosine similarities of embeddings to prototypes";
        };
    }

    /** Where an imported encoder is from; empty of what a run trained. */
    private Optional<String> origin() {
        return checkpoint.originJson();
    }

    private String recipe() {
        if (provenance.isEmpty()) {
            return UNKNOWN;
        }
        Provenance.Origin origin = provenance.get().origin();
        StringBuilder recipe =
                new StringBuilder(origin.preset().map(p -> "preset " + p).orElse("no preset"));
        origin.overrides()
                .forEach((key, value) ->
                        recipe.append(", ").append(key).append(' ').append(value));
        return recipe.append("; `")
                .append(String.join(" ", origin.commandLine()))
                .append('`')
                .toString();
    }

    private String trained() {
        if (checkpoint.summary().progress().isEmpty()) {
            return "elsewhere";
        }
        Progress progress = checkpoint.progress();
        String begun = provenance.map(p -> ", begun " + p.started()).orElse("");
        String run = checkpoint.lineage().run().isEmpty()
                ? ""
                : ", run " + checkpoint.lineage().run();
        return format("%,d steps, %d whole epochs%s%s", progress.step(), progress.epoch(), begun, run);
    }

    private static String images(ExportConfig config) {
        EvalTransform view = FrozenEncoder.view(config.size());
        int size = config.size();
        String crop = view.stretch()
                ? format("resized to %d×%d whole", size, size)
                : format(
                        "shorter side resized to %d, then the middle %d×%d cut out",
                        Math.round(size * 256.0 / 224), size, size);
        String rest = config.withPreprocessing()
                ? " The file takes the bytes, uint8 [N, " + size + ", " + size + ", 3], and does the rest itself: "
                : " Then: ";
        return "RGB, " + crop + ", bilinear with antialiasing." + rest + "divided by 255, less mean "
                + Arrays.toString(PixelNormalization.mean()) + ", divided by standard deviation "
                + Arrays.toString(PixelNormalization.standardDeviation())
                + " (red .228 as in the reference, not .229)"
                + (config.withPreprocessing() ? "." : ", as float32 [N, 3, " + size + ", " + size + "].");
    }

    private static void row(List<String> lines, String name, String value) {
        lines.add("| " + name + " | " + value.replace("|", "\\|").replaceAll("\\R", " ") + " |");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
