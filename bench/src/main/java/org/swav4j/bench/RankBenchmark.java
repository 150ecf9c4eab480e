package org.swav4j.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;
import org.swav4j.comm.GradientAveraging;
import org.swav4j.comm.GradientCompression;
import org.swav4j.comm.Pending;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.Precision;

/**
 * What several processes cost a step, forward and backward of a network, by what they exchange: batch norm's statistics of all or
 * none, and gradients not at all, after the backward pass, beside it, and beside it in bf16. Every round times each in turn.
 *
 * <p>Start it once for every rank, with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT set. Flags: {@code --arch resnet50},
 * {@code --batch 8} images of a rank, {@code --size 96} pixels, {@code --precision fp32}, {@code --threads 1},
 * {@code --rounds 7}.
 */
final class RankBenchmark {
    private RankBenchmark() {}

    /** A way to do it: whether statistics are those of all ranks, and how gradients travel; null for not at all. */
    private record Way(String name, boolean synchronised, Boolean beside, GradientCompression compression) {}

    private static final List<Way> WAYS = List.of(
            new Way("local statistics, no exchange", false, null, GradientCompression.NONE),
            new Way("synchronised statistics", true, null, GradientCompression.NONE),
            new Way("gradients after the pass", false, false, GradientCompression.NONE),
            new Way("gradients beside the pass", false, true, GradientCompression.NONE),
            new Way("gradients beside the pass, bf16", false, true, GradientCompression.BF16),
            new Way("both, gradients beside", true, true, GradientCompression.NONE));

    public static void main(String[] arguments) {
        Flags flags = Flags.of(arguments, Set.of("arch", "batch", "size", "precision", "threads", "rounds"));
        RankEnvironment environment =
                RankEnvironment.of(System.getenv()).orElseThrow(() -> new IllegalArgumentException("RANK is not set"));
        CpuThreads.useInTraining(flags.number("threads", 1));
        Precision precision = Precision.parse(flags.text("precision", "fp32"));
        ModelConfig model = new ModelConfig(
                Architecture.parse(flags.text("arch", "resnet50")), Stem.IMAGENET, 2048, 128, List.of(300));
        int batch = flags.number("batch", 8);
        int size = flags.number("size", 96);
        int rounds = flags.number("rounds", 7);
        Placement placement = Placement.of(ComputeDevice.CPU, precision);
        Map<Way, List<Double>> times = new LinkedHashMap<>();
        try (ProcessGroup ranks = ProcessGroup.join(environment, false, Duration.ofMinutes(5));
                PointerScope scope = new PointerScope();
                Swav together = new Swav(model, placement, ranks);
                Swav alone = new Swav(model, placement, ranks.groups(1))) {
            Tensor pixels =
                    torch.randint(0, 256, new long[] {batch, size, size, 3}, new TensorOptions(ScalarType.Byte));
            for (int round = -1; round < rounds; round++) {
                for (Way way : WAYS) {
                    double seconds = step(way.synchronised ? together : alone, way, ranks, pixels, precision);
                    if (round >= 0) {
                        times.computeIfAbsent(way, w -> new ArrayList<>()).add(seconds);
                    }
                }
            }
        }
        if (environment.rank() == 0) {
            print(times, environment.world() + " processes, " + Arrays.toString(arguments));
        }
    }

    private static double step(Swav model, Way way, ProcessGroup ranks, Tensor pixels, Precision precision) {
        Collective carrier = Boolean.FALSE.equals(way.beside) ? new Afterwards(ranks) : ranks;
        try (PointerScope scope = new PointerScope();
                GradientAveraging averaging = way.beside == null
                        ? null
                        : new GradientAveraging(carrier, model.parameters(), way.compression)) {
            model.parameters()
                    .forEach((name, parameter) -> parameter.mutable_grad().reset());
            for (int pass = 0; pass < 2; pass++) {
                // the first makes the buckets
                ranks.sum(torch.zeros(1));
                long begin = System.nanoTime();
                if (averaging != null) {
                    averaging.begin(name -> 1);
                }
                Swav.Output output =
                        model.project(model.trunk(List.of(pixels), Pass.TRAINING, precision), Pass.TRAINING, precision);
                output.scores().get(0).square().sum().backward();
                if (averaging != null) {
                    averaging.finish();
                }
                ranks.sum(torch.zeros(1));
                double seconds = (System.nanoTime() - begin) / 1e9;
                model.parameters()
                        .forEach((name, parameter) -> parameter.mutable_grad().reset());
                if (pass == 1) {
                    return seconds;
                }
            }
            throw new AssertionError();
        }
    }

    private static void print(Map<Way, List<Double>> times, String what) {
        System.out.println(what);
        double[] base = values(times.get(WAYS.get(0)));
        times.forEach((way, list) -> {
            double[] seconds = values(list);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f ms | %.3f |%n",
                    way.name,
                    1e3 * Spread.of(seconds).median(),
                    Spread.ratio(seconds, base).median());
        });
    }

    private static double[] values(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Sums begin when they are waited for. */
    private record Afterwards(Collective ranks) implements Collective {
        @Override
        public int rank() {
            return ranks.rank();
        }

        @Override
        public int world() {
            return ranks.world();
        }

        @Override
        public void sum(Tensor tensor) {
            ranks.sum(tensor);
        }

        @Override
        public void max(Tensor tensor) {
            ranks.max(tensor);
        }

        @Override
        public void broadcast(Tensor tensor, int root) {
            ranks.broadcast(tensor, root);
        }

        @Override
        public Pending sumLater(Tensor tensor) {
            return () -> ranks.sum(tensor);
        }

        @Override
        public Collective groups(int size) {
            return ranks.groups(size);
        }
    }
}
