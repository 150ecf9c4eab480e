package org.swav4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.swav4j.runlog.MetricsLog;
import org.swav4j.runlog.MetricsReader;
import org.swav4j.runlog.RunDirectory;

/** The rows that a training writes to its metrics. For one thread, but for {@link #sync}. */
final class RunMetrics implements AutoCloseable {
    static final String PROBE_TOP1 = "probe_top1";
    static final String PROBE_LOSS = "probe_loss";
    private static final String LEFT_OUT = "left_out";

    private final RunDirectory run;
    private final Consumer<String> warning;
    /** Null where nothing is written. */
    private volatile MetricsLog log;

    private RunMetrics() {
        this.run = null;
        this.warning = message -> {};
    }

    /** Writes nothing: of several ranks the first does. */
    static RunMetrics silent() {
        return new RunMetrics();
    }

    /**
     * Begins the metrics of a run, or goes on after {@code step}: rows of later steps are removed. A run that ended before its
     * first checkpoint begins again, over the rows it has written.
     *
     * @param resumed whether the run goes on from a checkpoint
     */
    RunMetrics(RunDirectory run, boolean resumed, long step, Consumer<String> warning) throws IOException {
        this.run = run;
        this.warning = warning;
        this.log = resumed || Files.exists(run.metrics())
                ? MetricsLog.openForResume(run, step, warning)
                : MetricsLog.create(run, warning);
    }

    /**
     * Goes back: rows of later steps than {@code step} are removed. Where they cannot be, they stay until the run is resumed; a
     * full disk is no reason to end it.
     */
    void backTo(long step) {
        if (log == null) {
            return;
        }
        MetricsLog before = log;
        try {
            log = MetricsLog.openForResume(run, step, warning);
        } catch (IOException e) {
            warning.accept(run.metrics() + ": rows after step " + step + " cannot be removed: " + e.getMessage());
            return;
        }
        try {
            before.close();
        } catch (IOException e) {
            // rows of steps that are done again
        }
    }

    /** How many batches the run has left out up to where it goes on. */
    int leftOutBefore() throws IOException {
        return log != null && Files.exists(run.metrics())
                ? (int) MetricsReader.read(run.metrics()).stream()
                        .filter(row -> row.containsKey(LEFT_OUT))
                        .count()
                : 0;
    }

    /** The row of a measured step, named by its report. */
    void measured(StepReport report, Monitor monitor, double gradientNorm) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", report.step());
        row.put("epoch", report.epoch());
        row.put("loss", report.loss());
        row.put("learning_rate", report.learningRate());
        row.put("images_per_second", report.imagesPerSecond());
        row.put("data_wait_share", report.dataWaitShare());
        report.ranks().ifPresent(ranks -> put(row, ranks));
        row.put("prototype_usage_entropy", monitor.statistics().usageEntropy());
        row.put("mean_max_code", monitor.statistics().meanMaxCode());
        row.put("gradient_norm", gradientNorm);
        row.put("memory_mb", Pointer.physicalBytes() >> 20);
        monitor.probed().ifPresent(probe -> {
            row.put(PROBE_TOP1, probe.top1());
            row.put(PROBE_LOSS, probe.loss());
        });
        write(row);
    }

    private static void put(Map<String, Object> row, RankPaces ranks) {
        row.put("rank_images_per_second_min", ranks.least());
        row.put("rank_images_per_second_max", ranks.most());
        row.put("slowest_rank", ranks.slowest());
        row.put("exchange_share", ranks.meanExchangeShare());
        for (int rank = 0; rank < ranks.dataWaitShare().length; rank++) {
            row.put("data_wait_share_rank" + rank, ranks.dataWaitShare()[rank]);
        }
    }

    /** The row of a step whose batch was left out. */
    void leftOut(long step, int epoch, String symptom) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", step);
        row.put("epoch", epoch);
        row.put(LEFT_OUT, symptom);
        write(row);
    }

    /** The row of an evaluation. */
    void accuracy(long step, int epoch, double top1) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", step);
        row.put("epoch", epoch);
        row.put("knn_top1", top1);
        write(row);
    }

    private void write(Map<String, Object> row) {
        if (log != null) {
            log.write(row);
        }
    }

    /**
     * Forces the rows to disk, from any thread: a checkpoint's rows are to be there when it is. Where they cannot be, it is worth
     * having without.
     */
    void sync() {
        try {
            if (log != null) {
                log.sync();
            }
        } catch (IOException e) {
            // the log itself tells of rows that cannot be written
        }
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
        }
    }
}
