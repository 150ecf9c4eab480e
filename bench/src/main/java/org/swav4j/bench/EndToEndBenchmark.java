package org.swav4j.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.swav4j.data.ImageSource;
import org.swav4j.source.ImageSources;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

/**
 * What a whole training reaches of a {@link BareLoop}: {@code bench/run EndToEndBenchmark}. In every round both run one after
 * the other in this process: the library's training, JPEG decoding, crops, metrics and all, and then the same network on
 * ready-made crops.
 *
 * <p>Flags: {@code --case} paper or small (default both), {@code --photographs} and {@code --images} for the images of each
 * (anything {@code swav pretrain} takes), {@code --rounds}, {@code --steps} of a round that are counted, {@code --bare-threads};
 * and {@code --batch-size}, {@code --threads}, {@code --workers}, {@code --precision}, {@code --arch}, {@code --stem}, {@code --crops} as in
 * {@code swav pretrain}.
 */
public final class EndToEndBenchmark {
    private static final Setting[] SETTINGS = {
        Setting.BATCH_SIZE,
        Setting.THREADS,
        Setting.WORKERS,
        Setting.PRECISION,
        Setting.ARCH,
        Setting.STEM,
        Setting.CROPS
    };

    private EndToEndBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(
                args,
                Set.of(
                        "case",
                        "photographs",
                        "images",
                        "rounds",
                        "steps",
                        "bare-threads",
                        "batch-size",
                        "threads",
                        "workers",
                        "precision",
                        "arch",
                        "stem",
                        "crops"));
        String which = flags.text("case", "both");
        List<String> rows = new ArrayList<>();
        Table table = new Table(
                "training",
                "bare loop, images/s",
                "end to end, images/s",
                "ratio",
                "loader, CPU ms per image",
                "ceiling by that",
                "ratio to the ceiling");
        if (!which.equals("small")) {
            ImageSource images = ImageSources.open(Photographs.photographs(flags.text("photographs", null)));
            rows.add(run(Workload.paper(32).with(flags, SETTINGS), images, flags, 3, table));
        }
        if (!which.equals("paper")) {
            ImageSource images = ImageSources.open(Photographs.smallImages(flags.text("images", null)));
            rows.add(run(Workload.small(256).with(flags, SETTINGS), images, flags, 3, table));
        }
        System.out.printf("%s%n%n%s%n%s%n", Conditions.line(), table, String.join("\n", rows));
        System.exit(0);
    }

    private static String run(Workload workload, ImageSource images, Flags flags, int usualSteps, Table table)
            throws IOException {
        PretrainConfig config = workload.config();
        int rounds = flags.number("rounds", 3);
        int steps = flags.number("steps", usualSteps);
        int bareThreads = flags.number("bare-threads", Runtime.getRuntime().availableProcessors());
        EndToEnd result = EndToEnd.measure(config, images, rounds, steps, bareThreads);
        int batch = config.batchSize();
        table.row(
                Workload.describe(config),
                result.bare().map(s -> batch / s).text(2),
                result.whole().map(s -> batch / s).text(2),
                result.ratio().percent(),
                result.loader().map(s -> 1e3 * s / batch).text(2),
                result.ceiling().percent(),
                result.ratioToCeiling().percent());
        return String.format(
                Locale.ROOT,
                "%s: %s; training with %d threads and %d workers, bare loop with %d threads; %d rounds of %d steps each after %d"
                        + " that warm up; training keeps %.2f cores busy",
                Workload.describe(config),
                images.description(),
                config.threads(),
                config.workers(),
                bareThreads,
                rounds,
                steps,
                TrainingRun.WARM_UP,
                result.busy().median());
    }
}
