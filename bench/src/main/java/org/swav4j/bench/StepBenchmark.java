package org.swav4j.bench;

import java.util.Locale;
import java.util.Set;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

/**
 * How near the bare loop is to the machine: {@code bench/run StepBenchmark}. In every round, the machine's peak, the trunk alone
 * and a whole SwAV step on ready-made crops; and the parts of a step that are not the network, at a larger batch.
 *
 * <p>Flags: {@code --rounds}, {@code --steps} of a round, {@code --side} of the trunk's images; {@code --parts-batch} and
 * {@code --parts-queue} of the parts; {@code --batch-size}, {@code --threads}, {@code --precision}, {@code --arch},
 * {@code --crops}, {@code --prototypes} as in {@code swav pretrain}.
 */
public final class StepBenchmark {
    private final PretrainConfig config;
    private final int rounds;
    private final int steps;
    private final int side;
    private final int partsBatch;
    private final int partsQueue;
    private final double[] product;
    private final double[] convolution;
    private final double[] trunk;
    private final double[] whole;
    private final double[] network;
    private final double[] codes;
    private final double[] loss;
    private final double[] optimizer;

    private StepBenchmark(Flags flags) {
        config = Workload.paper(32)
                .with(
                        flags,
                        Setting.BATCH_SIZE,
                        Setting.THREADS,
                        Setting.PRECISION,
                        Setting.ARCH,
                        Setting.CROPS,
                        Setting.PROTOTYPES)
                .config();
        rounds = flags.number("rounds", 3);
        steps = flags.number("steps", 2);
        side = flags.number("side", 224);
        partsBatch = flags.number("parts-batch", 256);
        partsQueue = flags.number("parts-queue", 3840);
        product = new double[rounds];
        convolution = new double[rounds];
        trunk = new double[rounds];
        whole = new double[rounds];
        network = new double[rounds];
        codes = new double[rounds];
        loss = new double[rounds];
        optimizer = new double[rounds];
    }

    /** Runs and prints tables. */
    public static void main(String[] args) {
        StepBenchmark benchmark = new StepBenchmark(Flags.of(
                args,
                Set.of(
                        "rounds",
                        "steps",
                        "side",
                        "parts-batch",
                        "parts-queue",
                        "batch-size",
                        "threads",
                        "precision",
                        "arch",
                        "crops",
                        "prototypes")));
        benchmark.measure();
        benchmark.print();
        System.exit(0);
    }

    private void measure() {
        CpuThreads.useInTraining(config.threads());
        try (Peak peak = new Peak(config.precision());
                TrunkLoop trunkLoop =
                        new TrunkLoop(config.model().arch(), config.precision(), config.batchSize(), side);
                BareLoop loop = new BareLoop(config);
                StepParts parts = new StepParts(config, partsBatch, partsQueue)) {
            for (int round = 0; round < rounds; round++) {
                product[round] = peak.matrixProduct();
                convolution[round] = peak.convolution();
                trunkLoop.seconds(1);
                trunk[round] = trunkLoop.seconds(steps);
                loop.seconds(1, config.threads());
                whole[round] = loop.seconds(steps, config.threads());
                network[round] = parts.network();
                parts.optimizer();
                optimizer[round] = parts.optimizer();
                parts.codes();
                codes[round] = parts.codes();
                parts.loss();
                loss[round] = parts.loss();
            }
        }
    }

    private void print() {
        int batch = config.batchSize();
        System.out.printf(
                Locale.ROOT,
                "%s; %d threads, %s, %d rounds in turns%n%n",
                Conditions.line(),
                config.threads(),
                config.precision(),
                rounds);
        System.out.printf(
                Locale.ROOT,
                "Peak of %s: %s GFLOP/s in products of 4096x4096 matrices, %s in 3x3 convolutions of 256 channels.%n%n",
                config.precision(),
                Spread.of(product).text(0),
                Spread.of(convolution).text(0));
        Table speeds = new Table(
                "batch " + batch,
                "GFLOPs a step",
                "s a step",
                "images/s",
                "GFLOP/s",
                "share of the matrix product's peak");
        double trunkFlops = 1e-9
                * batch
                * new org.swav4j.nn.FlopCount(config.model().arch(), org.swav4j.nn.Stem.IMAGENET).trunkTraining(side);
        row(speeds, config.model().arch() + " alone, " + side + " px, SGD", trunkFlops, trunk);
        row(
                speeds,
                "SwAV step, " + Workload.describe(config),
                1e-9 * StepFlops.of(config, 0).model(),
                whole);
        System.out.println(speeds);
        parts();
    }

    private void row(Table table, String name, double gigaflops, double[] seconds) {
        double[] rates = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            rates[i] = gigaflops / seconds[i];
        }
        table.row(
                name,
                String.format(Locale.ROOT, "%,.0f", gigaflops),
                Spread.of(seconds).text(2),
                Spread.of(seconds).map(s -> config.batchSize() / s).text(2),
                Spread.of(rates).text(0),
                Spread.ratio(rates, product).percent());
    }

    private void parts() {
        double scale = (double) partsBatch / config.batchSize();
        double[] all = new double[rounds];
        double[] besides = new double[rounds];
        double[] scaled = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            scaled[i] = scale * network[i];
            besides[i] = codes[i] + loss[i] + optimizer[i];
            all[i] = scaled[i] + besides[i];
        }
        Table table = new Table(
                String.format(
                        Locale.ROOT,
                        "part of a step, batch %d, queue %d, K %d",
                        partsBatch,
                        partsQueue,
                        config.model().prototypes().get(0)),
                "s",
                "share of the step");
        part(table, "codes: queue's scores, Sinkhorn, queue", codes, all);
        part(table, "loss and its gradient by the scores", loss, all);
        part(table, config.optimizer().kind() + " update", optimizer, all);
        part(table, "**all three**", besides, all);
        part(
                table,
                String.format(
                        Locale.ROOT,
                        "network, forward and backward: %.3g times that of batch %d",
                        scale,
                        config.batchSize()),
                scaled,
                all);
        System.out.println(table);
    }

    private static void part(Table table, String name, double[] seconds, double[] all) {
        table.row(name, Spread.of(seconds).text(3), Spread.ratio(seconds, all).percent());
    }
}
