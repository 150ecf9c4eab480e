package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.dataset.pack.PackListener;
import org.swav4j.dataset.pack.PackResult;
import org.swav4j.dataset.pack.PackSettings;
import org.swav4j.dataset.pack.PackVerification;
import org.swav4j.dataset.pack.Packer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav data pack}: images into few large files, once, for many trainings. */
@Command(
        name = "pack",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Packs images into WebDataset shards (tar), smaller ones if wanted, and reads them back."
                    + " The same command goes on where it was cut off."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav data pack --data photos/ --out shards/ --size 256",
            "  swav data pack --verify-only --out shards/",
        })
final class DataPackCommand implements Callable<Integer> {
    private static final int MIN_SIZE = 8;
    private static final int MAX_SIZE = 8192;
    private static final int MAX_SHARD_MB = 65_536;
    private static final int DEFAULT_QUALITY = 95;
    private static final long DEFAULT_SEED = 31;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder of images, nested as you like.")
    private Path data;

    @Option(
            names = "--out",
            converter = Places.OnThisMachine.class,
            required = true,
            paramLabel = "DIR",
            description = "Folder to write to: new, empty, or packed in part by the same command.")
    private Path out;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Make images smaller whose shorter side is longer than N pixels [all keep their bytes].")
    private Integer size;

    @Option(
            names = "--quality",
            paramLabel = "Q",
            description = "JPEG quality of images made smaller, 1 to 100 [" + DEFAULT_QUALITY + "].")
    private Integer quality;

    @Option(
            names = "--shard-mb",
            paramLabel = "N",
            defaultValue = "256",
            description = "Size of a shard at most, MiB [256].")
    private int shardMb;

    @Option(names = "--shuffle", paramLabel = "SEED", description = "Seed of the images' order [" + DEFAULT_SEED + "].")
    private Long shuffle;

    @Option(names = "--no-shuffle", description = "Keep the images' own order, by name.")
    private boolean noShuffle;

    @Option(names = "--workers", paramLabel = "N", description = "Threads [one per core].")
    private Integer workers;

    @Option(
            names = "--verify-only",
            description = "Write nothing; read the shards in --out and compare them with what was written.")
    private boolean verifyOnly;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Option(names = "--quiet", description = "Print warnings and the result only.")
    private boolean quiet;

    @Override
    public Integer call() {
        checkUsage();
        PrintWriter err = spec.commandLine().getErr();
        ProgressLine progress = new ProgressLine(err, ProgressLine.suitable(quiet));
        try {
            return verifyOnly ? verify(progress) : pack(progress);
        } finally {
            progress.finish();
        }
    }

    private void checkUsage() {
        List<String> problems = new ArrayList<>();
        if (verifyOnly && data != null) {
            problems.add("--data: is not looked at by --verify-only, which compares the shards with their record");
        }
        if (!verifyOnly && data == null) {
            problems.add("--data: is needed: the folder of images to pack");
        }
        range(problems, "--size", size, MIN_SIZE, MAX_SIZE);
        range(problems, "--quality", quality, 1, 100);
        range(problems, "--shard-mb", shardMb, 1, MAX_SHARD_MB);
        range(problems, "--workers", workers, 1, 1024);
        if (quality != null && size == null) {
            problems.add("--quality: needs --size beside it; without, images keep their bytes");
        }
        if (shuffle != null && noShuffle) {
            problems.add("--no-shuffle: contradicts --shuffle; give one of them");
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
    }

    private static void range(List<String> problems, String flag, Integer value, int min, int max) {
        if (value != null && (value < min || value > max)) {
            problems.add(flag + ": '" + value + "': must be from " + min + " to " + max);
        }
    }

    private PackSettings settings() {
        Optional<PackSettings.Resize> resize = Optional.ofNullable(size)
                .map(side -> new PackSettings.Resize(side, quality != null ? quality : DEFAULT_QUALITY));
        Optional<Long> seed = noShuffle ? Optional.empty() : Optional.of(shuffle != null ? shuffle : DEFAULT_SEED);
        return new PackSettings(resize, (long) shardMb << 20, seed);
    }

    private int pack(ProgressLine progress) {
        LabelledImages images = Places.images(spec, "--data", data);
        if (Files.isDirectory(data)) {
            Packer.requireApart(data, out);
        }
        progress.say(images.description());
        int threads = workers != null ? workers : Runtime.getRuntime().availableProcessors();
        PrintWriter err = spec.commandLine().getErr();
        String stopping = "Stopping: the shard under way is dropped. Once more to end at once.";
        PackResult result;
        Interrupts interrupts = Interrupts.install(err, stopping);
        try (interrupts) {
            Packer packer = new Packer(images, data.toString(), settings(), threads, new Shown(progress), interrupts);
            result = packer.pack(out);
        }
        progress.finish();
        report(result);
        if (!result.complete()) {
            err.println("Stopped. The same command goes on.");
            err.flush();
            return interrupts.exitCode();
        }
        return ExitCode.DONE;
    }

    private void report(PackResult result) {
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("out", out.toString());
            fields.put("complete", result.complete());
            fields.put("images", result.images());
            fields.put("resized", result.resized());
            fields.put("broken", result.broken().size());
            fields.put("shards", result.shards());
            fields.put("bytes_in", result.sourceBytes());
            fields.put("bytes_out", result.shardBytes());
            fields.put("images_now", result.imagesNow());
            fields.put("seconds", result.seconds());
            fields.put("images_per_second", result.imagesPerSecond());
            Json.print(print, fields);
            return;
        }
        print.println(String.format(
                Locale.ROOT,
                "%s: %,d of %,d images in %,d shard%s, read back and as written%s",
                out,
                result.images(),
                result.total(),
                result.shards(),
                result.shards() == 1 ? "" : "s",
                size == null ? "" : String.format(Locale.ROOT, "; %,d made smaller", result.resized())));
        print.println(String.format(
                Locale.ROOT,
                "%s of images became %s; %,d images in %s, %,.0f images/s",
                megabytes(result.sourceBytes()),
                megabytes(result.shardBytes()),
                result.imagesNow(),
                ProgressLine.duration(Duration.ofMillis(Math.round(1000 * result.seconds()))),
                result.imagesPerSecond()));
        if (!result.broken().isEmpty()) {
            Quarantine.Entry first = result.broken().get(0);
            print.println(String.format(
                    Locale.ROOT,
                    "%,d could not be read and %s left out, such as %s: %s; %s names all",
                    result.broken().size(),
                    result.broken().size() == 1 ? "is" : "are",
                    first.name(),
                    first.reason(),
                    out.resolve("quarantine.csv")));
        }
        print.flush();
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
    }

    private int verify(ProgressLine progress) {
        PackVerification found;
        PrintWriter err = spec.commandLine().getErr();
        Interrupts interrupts = Interrupts.install(err, "Stopping after this shard. Once more to end at once.");
        try (interrupts) {
            found = PackVerification.of(out, new Shown(progress), interrupts);
        }
        progress.finish();
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("out", out.toString());
            fields.put("complete", found.complete());
            fields.put("shards", found.shards());
            fields.put("images", found.images());
            fields.put("bytes", found.bytes());
            fields.put("problems", found.problems());
            Json.print(print, fields);
        } else {
            print.println(String.format(
                    Locale.ROOT,
                    "%s: %,d shard%s with %,d images (%s) as written",
                    out,
                    found.shards(),
                    found.shards() == 1 ? "" : "s",
                    found.images(),
                    megabytes(found.bytes())));
            print.flush();
        }
        found.problems().forEach(problem -> err.println("swav: " + problem));
        if (!found.problems().isEmpty()) {
            err.println("A shard that is missing or deleted is written again by the command that packed it.");
            err.flush();
            return ExitCode.FAILED;
        }
        return found.complete() ? ExitCode.DONE : interrupts.exitCode();
    }

    /** A packing as lines for people. */
    private static final class Shown implements PackListener {
        /** The first image waits for the native libraries to be loaded. */
        private static final int MIN_TO_ESTIMATE = 32;

        private final ProgressLine progress;
        private final ImageCount count;

        Shown(ProgressLine progress) {
            this.progress = progress;
            this.count = new ImageCount(progress, MIN_TO_ESTIMATE);
        }

        @Override
        public void started(int done, int images, int shards) {
            count.started(done);
            if (shards > 0) {
                progress.say(String.format(
                        Locale.ROOT, "going on behind %,d shards with %,d of %,d images", shards, done, images));
            }
        }

        @Override
        public void image(int done, int images) {
            count.at(done, images);
        }

        @Override
        public void shard(String name, int images, long bytes) {
            progress.status(
                    () -> String.format(Locale.ROOT, "%s: %,d images, %s, as written", name, images, megabytes(bytes)),
                    false);
        }

        @Override
        public void again(String name, String why) {
            progress.warning(name + " " + why + "; it is written again");
        }
    }
}
