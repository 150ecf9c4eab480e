package org.swav4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.CropSpec;
import org.swav4j.comm.Alone;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.SwavConfig;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stem;
import org.swav4j.optim.LearningRate;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.train.Pretrainer;
import org.swav4j.train.StepObserver;
import org.swav4j.train.TrainingState;

/**
 * One SwAV training step, ready-made crops, in three ways: float32 in libtorch's default layout as the reference runs it,
 * float32 channels last, and bfloat16 channels last. The ways take turns, so that a noisy machine treats them alike.
 *
 * <p>Arguments: architecture, batch size, crops, rounds.
 */
public final class StepBenchmark {
    private record Way(String name, Precision precision, MemoryFormat layout) {}

    private static final List<Way> WAYS = List.of(
            new Way("fp32, NCHW (as the reference)", Precision.FP32, MemoryFormat.Contiguous),
            new Way("fp32, channels last", Precision.FP32, MemoryFormat.ChannelsLast),
            new Way("bf16, channels last", Precision.BF16, MemoryFormat.ChannelsLast));

    private StepBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) {
        String arch = args.length > 0 ? args[0] : "resnet50";
        int batch = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        List<CropSpec> crops = CropSpec.parseAll(args.length > 2 ? args[2] : "2x224@0.14-1,6x96@0.05-0.14");
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
        double[][] seconds = new double[WAYS.size()][rounds];
        for (int way = 0; way < WAYS.size(); way++) {
            step(WAYS.get(way), arch, batch, crops, 1);
        }
        for (int round = 0; round < rounds; round++) {
            for (int way = 0; way < WAYS.size(); way++) {
                seconds[way][round] = step(WAYS.get(way), arch, batch, crops, 2);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%s, crops %s, batch %d, %d threads, %d rounds, %d MB%n",
                arch,
                crops,
                batch,
                torch.get_num_threads(),
                rounds,
                Pointer.physicalBytes() >> 20);
        double reference = median(seconds[0]);
        for (int way = 0; way < WAYS.size(); way++) {
            double[] sorted = seconds[way].clone();
            Arrays.sort(sorted);
            double middle = median(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "%-32s %7.2f images/s (%.2f to %.2f)   %.2f x%n",
                    WAYS.get(way).name(),
                    batch / middle,
                    batch / sorted[rounds - 1],
                    batch / sorted[0],
                    reference / middle);
        }
        System.exit(0);
    }

    /** Seconds per step, after one that warms up. */
    private static double step(Way way, String arch, int batch, List<CropSpec> crops, int steps) {
        RandomState.seed(31);
        ModelConfig model = new ModelConfig(Architecture.parse(arch), Stem.IMAGENET, 2048, 128, List.of(3000));
        OptimizerConfig larc = new OptimizerConfig(OptimizerConfig.Kind.LARC, 1e-6, 0.9, 0.001, false);
        SwavConfig method = new SwavConfig(0.05, 3, 0.1, List.of(0, 1), 0, 0, 0);
        Placement placement = new Placement(ComputeDevice.CPU, way.layout());
        try (PointerScope scope = new PointerScope();
                TrainingState state = new TrainingState(model, larc, placement, new Alone())) {
            LearningRate schedule = new LearningRate(new ScheduleConfig(0.6, 0, 0, 0), 1, 1000);
            Pretrainer trainer = new Pretrainer(state, method, schedule, way.precision(), Keeping.ALL, new Alone());
            List<Tensor> pixels = new ArrayList<>();
            for (CropSpec crop : crops) {
                long[] shape = {(long) crop.count() * batch, crop.size(), crop.size(), 3};
                pixels.add(torch.randint(256, shape, new TensorOptions(ScalarType.Byte)));
            }
            List<MicroBatch> batches = List.of(new MicroBatch(pixels, batch));
            trainer.step(batches, StepObserver.NONE);
            long start = System.nanoTime();
            for (int i = 0; i < steps; i++) {
                trainer.step(batches, StepObserver.NONE);
            }
            return (System.nanoTime() - start) / 1e9 / steps;
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
