package org.swav4j.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
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
 * What {@code --grad-accum} and {@code --checkpoint-activations} save in memory and cost in time: one SwAV training step on
 * ready-made crops. Each way runs in a process of its own, so that its peak is its own; they take turns, round by round.
 *
 * <p>Arguments: architecture, batch size, crops, precision, micro-batches, rounds. Linux only, for the peak.
 */
public final class MemoryBenchmark {
    private record Way(String name, int microBatches, Keeping keeping) {}

    /** @param peakMegabytes most memory the process ever had resident, 2^20 bytes */
    private record Measured(double seconds, long peakMegabytes) {}

    private MemoryBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) throws IOException, InterruptedException {
        String[] given = args.clone();
        String[] defaults = {"resnet50", "32", "2x224@0.14-1,6x96@0.05-0.14", "bf16", "4", "3"};
        String[] all = Arrays.copyOf(defaults, Math.max(defaults.length, given.length));
        System.arraycopy(given, 0, all, 0, given.length);
        if (all.length > defaults.length) {
            Measured measured = measure(all);
            System.out.println(measured.seconds + " " + measured.peakMegabytes);
            System.exit(0);
        }
        int parts = Integer.parseInt(all[4]);
        List<Way> ways = List.of(
                new Way("as it comes", 1, Keeping.ALL),
                new Way("--grad-accum " + parts, parts, Keeping.ALL),
                new Way("--checkpoint-activations", 1, Keeping.INPUTS),
                new Way("both", parts, Keeping.INPUTS));
        int rounds = Integer.parseInt(all[5]);
        Measured[][] results = new Measured[ways.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int way = 0; way < ways.size(); way++) {
                results[way][round] = inProcess(ways.get(way), all);
            }
        }
        System.out.printf(
                Locale.ROOT, "%s, batch %s, crops %s, %s, %d rounds%n", all[0], all[1], all[2], all[3], rounds);
        double plain = seconds(results[0])[rounds / 2];
        long plainPeak = peak(results[0]);
        for (int way = 0; way < ways.size(); way++) {
            double[] seconds = seconds(results[way]);
            System.out.printf(
                    Locale.ROOT,
                    "%-28s %6.2f s a step (%.2f to %.2f), %.2f x   peak %6d MB, %.2f x%n",
                    ways.get(way).name,
                    seconds[rounds / 2],
                    seconds[0],
                    seconds[rounds - 1],
                    seconds[rounds / 2] / plain,
                    peak(results[way]),
                    (double) peak(results[way]) / plainPeak);
        }
    }

    private static double[] seconds(Measured[] rounds) {
        return Arrays.stream(rounds).mapToDouble(Measured::seconds).sorted().toArray();
    }

    private static long peak(Measured[] rounds) {
        return Arrays.stream(rounds).mapToLong(Measured::peakMegabytes).max().orElseThrow();
    }

    private static Measured inProcess(Way way, String[] args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryBenchmark.class.getName()));
        command.addAll(Arrays.asList(args).subList(0, 4));
        command.addAll(List.of(Integer.toString(way.microBatches), "0", way.keeping.name()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(way.name + " failed: " + output);
        }
        String[] words = output.split(" ");
        return new Measured(Double.parseDouble(words[0]), Long.parseLong(words[1]));
    }

    /** One step, after one that warms up. */
    private static Measured measure(String[] args) throws IOException {
        int batch = Integer.parseInt(args[1]);
        Precision precision = Precision.parse(args[3]);
        int parts = Integer.parseInt(args[4]);
        Keeping keeping = Keeping.valueOf(args[6]);
        RandomState.seed(31);
        ModelConfig model = new ModelConfig(Architecture.parse(args[0]), Stem.IMAGENET, 2048, 128, List.of(3000));
        OptimizerConfig larc = new OptimizerConfig(OptimizerConfig.Kind.LARC, 1e-6, 0.9, 0.001, false);
        SwavConfig method = new SwavConfig(0.05, 3, 0.1, List.of(0, 1), 0, 0, 0);
        LearningRate schedule = new LearningRate(new ScheduleConfig(0.6, 0, 0, 0), 1, 1000);
        double seconds = 0;
        try (PointerScope scope = new PointerScope();
                TrainingState state =
                        new TrainingState(model, larc, Placement.of(ComputeDevice.CPU, precision), new Alone())) {
            Pretrainer trainer = new Pretrainer(state, method, schedule, precision, keeping, new Alone());
            List<MicroBatch> batches = new ArrayList<>();
            for (int i = 0; i < parts; i++) {
                batches.add(crops(CropSpec.parseAll(args[2]), batch / parts));
            }
            for (int step = 0; step < 2; step++) {
                long start = System.nanoTime();
                trainer.step(batches, StepObserver.NONE);
                seconds = (System.nanoTime() - start) / 1e9;
            }
        }
        String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .findFirst()
                .orElseThrow();
        return new Measured(seconds, Long.parseLong(peak.replaceAll("\\D", "")) / 1024);
    }

    private static MicroBatch crops(List<CropSpec> specs, int images) {
        List<Tensor> pixels = new ArrayList<>();
        for (CropSpec crop : specs) {
            long[] shape = {(long) crop.count() * images, crop.size(), crop.size(), 3};
            pixels.add(torch.randint(256, shape, new TensorOptions(ScalarType.Byte)));
        }
        return new MicroBatch(pixels, images);
    }
}
