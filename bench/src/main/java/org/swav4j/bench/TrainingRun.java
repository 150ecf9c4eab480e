package org.swav4j.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.swav4j.comm.Alone;
import org.swav4j.data.ImageSource;
import org.swav4j.format.FileTree;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretraining;
import org.swav4j.train.StepReport;
import org.swav4j.train.TrainingListener;

/**
 * The library's real training, {@link Pretraining} with its loader, metrics and run directory, for a few steps. The first
 * steps warm up and are not counted: the loader has filled batches while the network was built.
 */
final class TrainingRun implements TrainingListener {
    /** The batches the loader may have ready, and one more. */
    static final int WARM_UP = 4;

    private static final String LOADER_THREADS = "swav-loader";

    private final PretrainConfig config;
    private final int steps;
    private Moment start;
    private Moment end;

    /**
     * What a run measured, per step.
     *
     * @param seconds wall clock
     * @param loaderSeconds CPU time of all loader threads
     * @param processorSeconds CPU time of the whole process
     */
    record Result(double seconds, double loaderSeconds, double processorSeconds) {}

    private record Moment(long wall, long loader, long process) {
        static Moment now() {
            var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long loader = 0;
            for (long id : threads.getAllThreadIds()) {
                var info = threads.getThreadInfo(id);
                if (info != null && info.getThreadName().startsWith(LOADER_THREADS)) {
                    loader += Math.max(0, threads.getThreadCpuTime(id));
                }
            }
            return new Moment(System.nanoTime(), loader, system.getProcessCpuTime());
        }
    }

    private TrainingRun(PretrainConfig config, int steps) {
        this.config = config;
        this.steps = steps;
    }

    /**
     * Trains for {@link #WARM_UP} steps and then for {@code steps} that are counted.
     *
     * @param config without a number of steps
     */
    static Result of(PretrainConfig config, ImageSource images, int steps) throws IOException {
        TrainingRun run = new TrainingRun(config, steps);
        Path out = Files.createTempDirectory("swav-bench-run");
        try {
            Pretraining.Job job =
                    new Pretraining.Job(config, images, RunDirectory.create(out.resolve("run")), null, null, null);
            new Pretraining(job, new Alone(), run, () -> run.end != null).run();
        } finally {
            FileTree.delete(out);
        }
        return run.result();
    }

    private Result result() {
        return new Result(
                (end.wall - start.wall) / 1e9 / steps,
                (end.loader - start.loader) / 1e9 / steps,
                (end.process - start.process) / 1e9 / steps);
    }

    @Override
    public void step(StepReport report) {
        if (report.step() == WARM_UP) {
            start = Moment.now();
        } else if (report.step() == WARM_UP + steps) {
            end = Moment.now();
        }
    }

    @Override
    public void warning(String message) {
        System.err.println(Workload.describe(config) + ": " + message);
    }

    /** Bytes of all files in a folder. */
    static long size(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
