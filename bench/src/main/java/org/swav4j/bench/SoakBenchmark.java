package org.swav4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.swav4j.comm.Alone;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.format.FileTree;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.sample.SampleImages;
import org.swav4j.source.ImageSources;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretraining;
import org.swav4j.train.Setting;
import org.swav4j.train.StepReport;
import org.swav4j.train.TrainingListener;

/**
 * Whether a long training stays as it is: {@code bench/run SoakBenchmark}. A small network trains for thousands of steps on
 * drawn images, measures itself by k-NN after every epoch and saves every few steps; memory, native objects, open files and
 * threads are counted on the way, and drawn. Linux only.
 *
 * <p>Flags: {@code --steps}, {@code --warm-up} steps that growth is not counted in, {@code --save-every} steps, {@code --csv}
 * and {@code --svg} files to write.
 */
public final class SoakBenchmark implements TrainingListener {
    private static final int SAMPLE_EVERY = 25;

    /** What the process held after a step. */
    record Sample(long step, double residentMegabytes, double nativeObjects, double openFiles, double threads) {}

    private final List<Sample> samples = new ArrayList<>();
    private int saves;
    private int evaluations;

    private SoakBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(args, Set.of("steps", "warm-up", "save-every", "csv", "svg"));
        int steps = flags.number("steps", 5000);
        int warmUp = flags.number("warm-up", 500);
        Path out = Files.createTempDirectory(Path.of("").toAbsolutePath(), "swav-bench-soak");
        SoakBenchmark soak = new SoakBenchmark();
        try {
            soak.train(out, steps, flags.number("save-every", 10));
        } finally {
            FileTree.delete(out);
        }
        System.out.printf("%s%n%n%s", Conditions.line(), soak.table(warmUp));
        if (flags.has("csv")) {
            Files.writeString(Path.of(flags.text("csv", "")), soak.csv());
        }
        if (flags.has("svg")) {
            Files.writeString(
                    Path.of(flags.text("svg", "")), new SoakChart(soak.samples, warmUp, Conditions.line()).svg());
        }
        System.exit(0);
    }

    private void train(Path out, int steps, int saveEvery) throws IOException {
        SampleImages.draw(out.resolve("images"), 40, 10, 1);
        LabelledImages train = ImageSources.open(out.resolve("images/train"));
        LabelledImages test = ImageSources.open(out.resolve("images/test"));
        PretrainConfig config = Workload.small(32)
                .with(Setting.ARCH, "resnet10w0.25")
                .with(Setting.STEM, "small-stride2")
                .with(Setting.CROPS, "2x32@0.3-1,2x16@0.1-0.3")
                .with(Setting.PROTOTYPES, "64")
                .with(Setting.QUEUE_LENGTH, "128")
                .with(Setting.QUEUE_START_EPOCH, "1")
                .with(Setting.PRECISION, "fp32")
                .with(Setting.THREADS, "1")
                .with(Setting.MAX_STEPS, Integer.toString(steps))
                .with(Setting.EPOCHS, "100000")
                .with(Setting.WARMUP_EPOCHS, "0")
                .with(Setting.KNN_EVERY, "1")
                .with(Setting.CACHE_MB, "64")
                .with(Setting.CHECKPOINT_EVERY, saveEvery + "steps")
                .config();
        KnnProtocol protocol = new KnnProtocol(
                train, test, FrozenEncoder.view(32), new Knn(20, 0.07), config.workers(), new Quarantine("k-NN"));
        Pretraining.Job job = new Pretraining.Job(
                config,
                train,
                RunDirectory.create(out.resolve("run")),
                null,
                null,
                (model, ranks) -> protocol.evaluate(pixels -> model.features(pixels, config.precision()))
                        .top1());
        new Pretraining(job, new Alone(), this, () -> false).run();
    }

    @Override
    public void step(StepReport report) {
        if (report.step() % SAMPLE_EVERY == 0) {
            samples.add(new Sample(
                    report.step(),
                    Pointer.physicalBytes() / (double) (1 << 20),
                    Pointer.totalCount(),
                    count("/proc/self/fd"),
                    count("/proc/self/task")));
        }
    }

    private static double count(String folder) {
        try (Stream<Path> entries = Files.list(Path.of(folder))) {
            return entries.count();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    @Override
    public void saved(Path checkpoint, long step) {
        saves++;
    }

    @Override
    public void knn(int epoch, double top1) {
        evaluations++;
    }

    @Override
    public void warning(String message) {
        System.err.println(message);
    }

    private String table(int warmUp) {
        List<Sample> after = samples.stream().filter(s -> s.step() >= warmUp).toList();
        Table table = new Table("", "after " + warmUp + " steps", "median since", "least", "most", "at the end");
        for (SoakChart.Measure measure : SoakChart.MEASURES) {
            Spread spread =
                    Spread.of(after.stream().mapToDouble(measure.value()).toArray());
            table.row(
                    measure.title(),
                    number(measure.value().applyAsDouble(after.get(0))),
                    number(spread.median()),
                    number(spread.least()),
                    number(spread.most()),
                    number(measure.value().applyAsDouble(after.get(after.size() - 1))));
        }
        return String.format(
                Locale.ROOT,
                "%s%n%,d steps, %,d saves, %,d evaluations%n",
                table,
                samples.get(samples.size() - 1).step(),
                saves,
                evaluations);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private String csv() {
        StringBuilder text = new StringBuilder("step,resident_mb,native_objects,open_files,threads\n");
        for (Sample s : samples) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%.1f,%.0f,%.0f,%.0f%n",
                    s.step,
                    s.residentMegabytes,
                    s.nativeObjects,
                    s.openFiles,
                    s.threads));
        }
        return text.toString();
    }
}
