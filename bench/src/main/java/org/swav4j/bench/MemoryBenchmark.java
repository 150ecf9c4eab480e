package org.swav4j.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.comm.Alone;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.LearningRate;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretrainer;
import org.swav4j.train.Setting;
import org.swav4j.train.StepObserver;
import org.swav4j.train.TrainingState;

/**
 * What {@code --grad-accum} and {@code --checkpoint-activations} save in memory and cost in time: one SwAV training step on
 * ready-made crops, {@code bench/run MemoryBenchmark}. Each way runs in a process of its own, so that its peak is its own; they
 * take turns, round by round. Linux only, for the peak.
 *
 * <p>Flags: {@code --rounds}; {@code --micro-batches} of the ways that have several; {@code --batch-size}, {@code --threads},
 * {@code --precision}, {@code --arch}, {@code --stem}, {@code --crops}, {@code --prototypes} as in {@code swav pretrain}.
 */
public final class MemoryBenchmark {
    /** @param arguments of its process beside those of all */
    private record Way(String name, List<String> arguments) {}

    private MemoryBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(
                args,
                Set.of(
                        "rounds",
                        "micro-batches",
                        "batch-size",
                        "threads",
                        "precision",
                        "arch",
                        "stem",
                        "crops",
                        "prototypes",
                        "grad-accum",
                        "checkpoint-activations"));
        Workload workload = Workload.paper(32)
                .with(
                        flags,
                        Setting.BATCH_SIZE,
                        Setting.THREADS,
                        Setting.PRECISION,
                        Setting.ARCH,
                        Setting.STEM,
                        Setting.CROPS,
                        Setting.PROTOTYPES,
                        Setting.GRAD_ACCUM,
                        Setting.CHECKPOINT_ACTIVATIONS);
        if (flags.has("grad-accum")) {
            Child.answer(measure(workload.config()));
        }
        String parts = Integer.toString(flags.number("micro-batches", 4));
        List<Way> ways = List.of(
                way("as it comes", "1", "false"),
                way("`--grad-accum " + parts + "`", parts, "false"),
                way("`--checkpoint-activations`", "1", "true"),
                way("both", parts, "true"));
        int rounds = flags.number("rounds", 3);
        double[][] seconds = new double[ways.size()][rounds];
        double[][] peaks = new double[ways.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < ways.size(); i++) {
                List<String> arguments = new ArrayList<>(List.of(args));
                arguments.addAll(ways.get(i).arguments);
                Map<String, Object> found = Child.java(MemoryBenchmark.class, arguments);
                seconds[i][round] = Child.number(found, "seconds");
                peaks[i][round] = Child.number(found, "peak_mb");
            }
        }
        Table table = new Table("", "peak memory, MB", "ratio", "seconds a step", "ratio");
        for (int i = 0; i < ways.size(); i++) {
            table.row(
                    ways.get(i).name,
                    Spread.of(peaks[i]).text(0),
                    Spread.ratio(peaks[i], peaks[0]).text(2),
                    Spread.of(seconds[i]).text(2),
                    Spread.ratio(seconds[i], seconds[0]).text(2));
        }
        System.out.printf(
                "%s; %s; %d rounds in turns%n%n%s",
                Conditions.line(), Workload.describe(workload.config()), rounds, table);
        System.exit(0);
    }

    private static Way way(String name, String microBatches, String checkpointed) {
        return new Way(name, List.of("--grad-accum", microBatches, "--checkpoint-activations", checkpointed));
    }

    /** One step, after one that warms up. */
    private static Map<String, Object> measure(PretrainConfig config) {
        RandomState.seed(config.seed());
        Placement placement = Placement.of(new ComputeDevice(config.device()), config.precision());
        Keeping keeping = config.checkpointActivations() ? Keeping.INPUTS : Keeping.ALL;
        LearningRate schedule = new LearningRate(config.schedule(), config.epochs(), 1000);
        double seconds = 0;
        try (PointerScope scope = new PointerScope();
                StateDict kept = new StateDict();
                TrainingState state = new TrainingState(config.model(), config.optimizer(), placement, new Alone());
                Pretrainer trainer =
                        new Pretrainer(state, config.method(), schedule, config.precision(), keeping, new Alone())) {
            int size = config.batchSize() / config.gradAccum();
            List<MicroBatch> batches = new ArrayList<>();
            for (int i = 0; i < config.gradAccum(); i++) {
                batches.add(new MicroBatch(ReadyCrops.of(config.crops(), size, kept), size));
            }
            for (int step = 0; step < 2; step++) {
                long start = System.nanoTime();
                trainer.step(batches, StepObserver.NONE);
                seconds = (System.nanoTime() - start) / 1e9;
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("seconds", seconds);
        result.put("peak_mb", Conditions.peakMegabytes());
        return result;
    }
}
