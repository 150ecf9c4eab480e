package org.swav4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.comm.Alone;
import org.swav4j.data.ImageSource;
import org.swav4j.format.FileTree;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.source.ImageSources;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretraining;
import org.swav4j.train.Setting;
import org.swav4j.train.StepReport;
import org.swav4j.train.TrainingListener;

/**
 * What saving costs a training: {@code bench/run CheckpointBenchmark}. The real training, saving at fixed intervals; steps with
 * a save in them, from its beginning until it is on disk, are compared with the median of the steps between. Less often than
 * measured, as once a minute, it costs its share of the longer time.
 *
 * <p>Flags: {@code --seconds} between saves and {@code --saves} to measure; {@code --photographs}; {@code --batch-size},
 * {@code --threads}, {@code --precision}, {@code --arch}, {@code --crops} as in {@code swav pretrain}.
 */
public final class CheckpointBenchmark implements TrainingListener {
    private static final int WARM_UP_SAVES = 1;

    private final int saves;
    private final List<Long> ends = new ArrayList<>();
    /** For each save the first step after its beginning and the last before it was known to be on disk. */
    private final List<int[]> affected = new ArrayList<>();

    private final List<Path> checkpoints = new ArrayList<>();

    private CheckpointBenchmark(int saves) {
        this.saves = saves;
    }

    /** Runs and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(
                args, Set.of("seconds", "saves", "photographs", "batch-size", "threads", "precision", "arch", "crops"));
        int seconds = flags.number("seconds", 20);
        Workload workload = Workload.paper(16)
                .with(flags, Setting.BATCH_SIZE, Setting.THREADS, Setting.PRECISION, Setting.ARCH, Setting.CROPS)
                .with(Setting.CHECKPOINT_EVERY, seconds + "s")
                .with(Setting.QUEUE_LENGTH, "3840")
                .with(Setting.QUEUE_START_EPOCH, "0");
        PretrainConfig config = workload.config();
        ImageSource images = ImageSources.open(Photographs.photographs(flags.text("photographs", null)));
        CheckpointBenchmark run = new CheckpointBenchmark(flags.number("saves", 8));
        System.out.printf(
                "%s; %s%n%n%s", Conditions.line(), Workload.describe(config), run.measure(config, images, seconds));
        System.exit(0);
    }

    private String measure(PretrainConfig config, ImageSource images, int seconds) throws IOException {
        Path out = Files.createTempDirectory(Path.of("").toAbsolutePath(), "swav-bench-run");
        long bytes;
        try {
            Pretraining.Job job =
                    new Pretraining.Job(config, images, RunDirectory.create(out.resolve("run")), null, null, null);
            new Pretraining(job, new Alone(), this, () -> affected.size() >= saves + WARM_UP_SAVES).run();
            bytes = TrainingRun.size(checkpoints.get(checkpoints.size() - 1));
        } finally {
            FileTree.delete(out);
        }
        return table(bytes, seconds);
    }

    private String table(long bytes, int seconds) {
        List<int[]> counted = affected.subList(WARM_UP_SAVES, affected.size());
        boolean[] withSave = new boolean[ends.size() + 1];
        affected.forEach(range -> Arrays.fill(withSave, range[0], range[1] + 1, true));
        double[] between = IntStream.range(affected.get(0)[1] + 1, ends.size())
                .filter(step -> !withSave[step])
                .mapToDouble(this::seconds)
                .toArray();
        double usual = Spread.of(between).median();
        double[] extra = counted.stream()
                .mapToDouble(range -> IntStream.rangeClosed(range[0], range[1])
                                .mapToDouble(this::seconds)
                                .sum()
                        - (range[1] - range[0] + 1) * usual)
                .toArray();
        Spread cost = Spread.of(extra);
        Table table = new Table(
                "checkpoint, MB",
                "a step between saves, s",
                "a save costs, s",
                "at one each " + seconds + " s",
                "at one a minute",
                "at one in ten minutes");
        table.row(
                bytes >> 20,
                Spread.of(between).text(2),
                cost.text(2),
                cost.map(s -> s / seconds).percent(),
                cost.map(s -> s / 60).percent(),
                cost.map(s -> s / 600).percent());
        return String.format(Locale.ROOT, "%s%n%d saves, %d steps between them%n", table, extra.length, between.length);
    }

    /** What a step took, counted from 1; the first cannot be told. */
    private double seconds(int step) {
        return (ends.get(step - 1) - ends.get(step - 2)) / 1e9;
    }

    @Override
    public void step(StepReport report) {
        ends.add(System.nanoTime());
    }

    @Override
    public void saved(Path checkpoint, long step) {
        checkpoints.add(checkpoint);
        affected.add(new int[] {(int) CheckpointDirectory.step(checkpoint) + 1, ends.size()});
    }

    @Override
    public void warning(String message) {
        System.err.println(message);
    }
}
