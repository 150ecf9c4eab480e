package org.swav4j.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.format.AtomicFile;
import org.swav4j.preview.Caption;
import org.swav4j.preview.Finding;
import org.swav4j.preview.Preview;
import org.swav4j.preview.PreviewPage;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav data preview}: the first thing to look at. */
@Command(
        name = "preview",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        modelTransformer = DataPreviewCommand.WithSettings.class,
        description = {
            "Writes a page that shows, for a few images, where their crops lie and every crop as the network sees it.",
            "Without --data, for the built-in sample images. Settings that are not given are chosen as 'swav pretrain'"
                    + " chooses them."
        },
        synopsisHeading = "Usage: ",
        customSynopsis = "swav data preview [--data DIR] [--out FILE] [--preset NAME] [SETTINGS]",
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav data preview --data photos/",
            "  swav data preview --data photos/ --crops 2x224@0.14-1,6x96@0.05-0.14",
            "  swav data preview --data photos/ --preset swav_400ep --epoch 7 --out e7.html"
        })
final class DataPreviewCommand implements Callable<Integer> {
    private static final int MOST_IMAGES = 100;
    private static final int MOST_EPOCHS = 1_000_000;
    /** A page with more pixels of crops than this, some 150 MB, is not one that a browser shows. */
    private static final long MOST_PIXELS = 64_000_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder of images, nested as you like.")
    private Path data;

    @Option(
            names = "--out",
            converter = Places.OnThisMachine.class,
            paramLabel = "FILE",
            defaultValue = "preview.html",
            description = "The page to write; replaces an older preview, and nothing else [preview.html].")
    private Path out;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "6",
            description = "How many images: spread over all, drawn by the seed [6].")
    private String images;

    @Option(
            names = "--epoch",
            paramLabel = "N",
            defaultValue = "0",
            description = "The epoch whose crops are shown, counted from 0 [0].")
    private String epoch;

    @Option(names = "--preset", paramLabel = "NAME", description = "A recipe to start from; 'swav presets' lists them.")
    private String preset;

    @Option(
            names = "--config",
            converter = Places.OnThisMachine.class,
            paramLabel = "FILE",
            description = "Settings as YAML; they replace the preset's.")
    private Path config;

    @Option(names = "--json", description = "Print what was found as JSON.")
    private boolean json;

    /** Adds an option for every setting that crops depend on; what is not known is reported together with all else. */
    static final class WithSettings implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            SettingOptions.addTo(spec, PreviewSettings.SHOWN);
            spec.parser().unmatchedArgumentsAllowed(true);
            return spec;
        }
    }

    @Override
    public Integer call() throws IOException {
        Settings given = given();
        SampleData sample = data == null ? SampleData.prepare(spec.commandLine().getErr()::println) : null;
        ImageSource source = data == null ? sample.train() : Places.images(spec, "--data", data);
        PreviewSettings settings = PreviewSettings.of(given, source);
        MultiCrop recipe = settings.recipe();
        int wanted = Integer.parseInt(images);
        requireFitting(recipe, Math.min(wanted, source.size()));
        int shownEpoch = Integer.parseInt(epoch);
        Preview preview = Preview.of(source, recipe, settings.seed(), shownEpoch, wanted);
        Caption caption = new Caption(
                source.description(),
                settings.seed(),
                shownEpoch,
                settings.lines(),
                trainCommand(),
                settings.warnings());
        AtomicFile.write(out, channel -> {
            OutputStream bytes = Channels.newOutputStream(channel);
            Writer page = new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8));
            PreviewPage.write(preview, caption, page);
            page.flush();
        });
        report(preview, caption);
        return ExitCode.DONE;
    }

    /** Every problem with what was typed, at once. */
    private Settings given() {
        Settings.Builder settings = Settings.builder();
        Failures.unknown(spec.commandLine().getUnmatchedArguments(), spec.commandLine())
                .forEach(p -> settings.problem(p.place(), p.what()));
        whole(settings, "--images", images, 1, MOST_IMAGES);
        whole(settings, "--epoch", epoch, 0, MOST_EPOCHS);
        try {
            problemWithOut().ifPresent(p -> settings.problem("--out", out + ": " + p));
        } catch (IOException e) {
            settings.problem("--out", out + ": cannot be read (" + e.getClass().getSimpleName() + ")");
        }
        if (preset != null) {
            settings.preset(preset);
        } else if (data == null) {
            settings.preset("sample");
        }
        if (config != null) {
            settings.file(config);
        }
        SettingOptions.read(spec, settings);
        return settings.build();
    }

    private static void whole(Settings.Builder settings, String flag, String text, int least, int most) {
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        settings.problem(flag, "'" + text + "': must be a whole number from " + least + " to " + most);
    }

    private Optional<String> problemWithOut() throws IOException {
        Path folder = out.toAbsolutePath().getParent();
        if (Files.isDirectory(out)) {
            return Optional.of("is a folder; name a file in it, such as " + out.resolve("preview.html"));
        }
        if (folder == null || !Files.isDirectory(folder)) {
            return Optional.of("there is no folder " + folder + "; make it first");
        }
        if (Files.exists(out) && !isPreview(out)) {
            return Optional.of("exists and is not a preview; name another file");
        }
        return Optional.empty();
    }

    private static boolean isPreview(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(512), StandardCharsets.UTF_8).contains(PreviewPage.MARK);
        }
    }

    private void requireFitting(MultiCrop recipe, int shown) {
        long pixels = recipe.crops().stream()
                .mapToLong(c -> (long) c.count() * c.size() * c.size())
                .sum();
        if (pixels * shown > MOST_PIXELS) {
            long fitting = MOST_PIXELS / pixels;
            throw new UsageException(
                    fitting == 0
                            ? "--crops: a page cannot hold so many crops of one image; fewer or smaller ones can be shown"
                            : "--images: '" + shown + "': with these crops a page holds at most " + fitting);
        }
    }

    /** The same settings, given to training in the same way. */
    private String trainCommand() {
        List<String> words = new ArrayList<>(List.of(System.getProperty("swav.command", "swav"), "pretrain"));
        if (data != null) {
            words.addAll(List.of("--data", Places.shown(spec, "--data", data), "--out", "runs/first"));
        }
        if (preset != null) {
            words.addAll(List.of("--preset", preset));
        }
        if (config != null) {
            words.addAll(List.of("--config", config.toString()));
        }
        for (Setting setting : SettingOptions.given(spec)) {
            words.add(setting.flag());
            words.add(spec.findOption(setting.flag()).getValue());
        }
        return ShellWord.line(words);
    }

    private void report(Preview preview, Caption caption) {
        PrintWriter results = spec.commandLine().getOut();
        List<String> warnings = Stream.concat(
                        caption.warnings().stream(),
                        Finding.in(preview).stream().map(Finding::text))
                .toList();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("page", out.toString());
            fields.put("images", preview.images().size());
            fields.put("crops_per_image", preview.crops());
            fields.put("warnings", warnings);
            fields.put(
                    "unreadable",
                    preview.unreadable().stream().map(Quarantine.Entry::name).toList());
            Json.print(results, fields);
            return;
        }
        warnings.forEach(w -> results.println("warning: " + w));
        int shown = preview.images().size();
        results.println(out + ": " + shown + (shown == 1 ? " image" : " images") + " with " + preview.crops()
                + " crops each; open it in a browser");
        results.flush();
    }
}
