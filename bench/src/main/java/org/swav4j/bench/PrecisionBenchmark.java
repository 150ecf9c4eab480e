package org.swav4j.bench;

import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

/**
 * One SwAV training step on ready-made crops in three ways: float32 in libtorch's default layout as the reference runs it,
 * float32 channels last, and bfloat16 channels last. The ways take turns, so that a noisy machine treats them alike:
 * {@code bench/run PrecisionBenchmark}.
 *
 * <p>Flags: {@code --rounds}, {@code --steps} of a round; {@code --batch-size}, {@code --threads}, {@code --arch},
 * {@code --stem}, {@code --crops} as in {@code swav pretrain}.
 */
public final class PrecisionBenchmark {
    private record Way(String name, Precision precision, MemoryFormat layout) {}

    private static final List<Way> WAYS = List.of(
            new Way(
                    "fp32, NCHW (as the reference; what `--precision fp32` runs)",
                    Precision.FP32,
                    MemoryFormat.Contiguous),
            new Way("fp32, channels last", Precision.FP32, MemoryFormat.ChannelsLast),
            new Way("bf16, channels last (what `--precision bf16` runs)", Precision.BF16, MemoryFormat.ChannelsLast));

    private PrecisionBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) {
        Flags flags = Flags.of(args, Set.of("rounds", "steps", "batch-size", "threads", "arch", "stem", "crops"));
        int rounds = flags.number("rounds", 3);
        int steps = flags.number("steps", 2);
        Workload workload = Workload.paper(8)
                .with(flags, Setting.BATCH_SIZE, Setting.THREADS, Setting.ARCH, Setting.STEM, Setting.CROPS);
        double[][] seconds = new double[WAYS.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < WAYS.size(); i++) {
                Way way = WAYS.get(i);
                PretrainConfig config = workload.with(Setting.PRECISION, way.precision.toString())
                        .config();
                try (BareLoop loop = new BareLoop(config, new Placement(ComputeDevice.CPU, way.layout), 0)) {
                    loop.seconds(1, config.threads());
                    seconds[i][round] = loop.seconds(steps, config.threads());
                }
            }
        }
        PretrainConfig config = workload.config();
        Table table = new Table(Workload.describe(config), "images/s (slowest to fastest)", "ratio");
        for (int i = 0; i < WAYS.size(); i++) {
            table.row(
                    WAYS.get(i).name,
                    Spread.of(seconds[i]).map(s -> config.batchSize() / s).text(2),
                    Spread.ratio(seconds[0], seconds[i]).text(2));
        }
        System.out.printf("%s; %d rounds in turns%n%n%s", Conditions.line(), rounds, table);
        System.exit(0);
    }
}
