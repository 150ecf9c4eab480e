package org.swav4j.train;

import java.util.Optional;
import org.swav4j.comm.Timed;

/** What is told of a training's steps: each to the listener, and of measured ones a row of the metrics. */
final class StepTelling {
    private static final int MEASURE_EVERY = 10;

    private final PretrainConfig config;
    private final long totalSteps;
    private final Pretrainer trainer;
    private final Monitor monitor;
    private final RunMetrics metrics;
    private final RankAgreement ranks;
    private final Timed collective;
    private final TrainingListener listener;
    private final Throughput throughput;
    private final DataWaitWatch dataWait;
    private Optional<RankPaces> paces = Optional.empty();

    /**
     * @param totalSteps of the run
     * @param collective whose operations take a part of the time
     */
    StepTelling(
            PretrainConfig config,
            long totalSteps,
            Pretrainer trainer,
            Monitor monitor,
            RunMetrics metrics,
            RankAgreement ranks,
            Timed collective,
            TrainingListener listener) {
        this.config = config;
        this.totalSteps = totalSteps;
        this.trainer = trainer;
        this.monitor = monitor;
        this.metrics = metrics;
        this.ranks = ranks;
        this.collective = collective;
        this.listener = listener;
        this.throughput = new Throughput(config.batchSize());
        this.dataWait = new DataWaitWatch(config.workers(), Runtime.getRuntime().availableProcessors());
    }

    /** Whether the step behind so many others is measured. */
    static boolean measures(long stepsDone) {
        return stepsDone % MEASURE_EVERY == 0;
    }

    /** A step's work is over, for whose images this rank waited so long. */
    void ended(long waitNanos) {
        throughput.step(waitNanos, collective.take());
    }

    /** Leaves what happened since the last step out of the pace. */
    void skipPause() {
        throughput.skipPause();
        collective.take();
    }

    /**
     * Tells of the step that has ended. Collective in measured steps.
     *
     * @param step its number, from 1
     */
    void done(long step, int epoch, double loss, double learningRate) {
        boolean measured = measures(step - 1);
        dataWait.step(throughput).ifPresent(listener::warning);
        if (measured) {
            monitor.measureProbe();
        }
        if (measured && !ranks.isAlone()) {
            paces = Optional.of(RankPaces.gather(throughput, ranks));
        }
        StepReport report = new StepReport(
                step,
                totalSteps,
                epoch,
                config.epochs(),
                loss,
                learningRate,
                monitor.probed().map(OnlineProbe.Figures::top1).orElse(Double.NaN),
                throughput.imagesPerSecond(),
                throughput.dataWaitShare(),
                paces,
                throughput.remaining(totalSteps - step));
        listener.step(report);
        if (measured) {
            metrics.measured(report, monitor, trainer.gradientNorm());
        }
        if (step > config.method().freezePrototypes()) {
            monitor.step(step, loss).ifPresent(listener::warning);
        }
    }
}
