package org.swav4j.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.comm.Timed;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.LearningRate;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretrainer;
import org.swav4j.train.Setting;
import org.swav4j.train.StepObserver;
import org.swav4j.train.TrainingState;

/**
 * What it costs to train by two processes of one thread instead of one of two, on the same batch; and what gloo takes for sums of
 * several sizes between them, by the loopback. Steps on ready-made crops; the ways take turns, in processes of their own:
 * {@code bench/run TwoProcesses}.
 *
 * <p>Flags: {@code --rounds}, {@code --steps} of a round; {@code --batch-size}, {@code --arch}, {@code --crops},
 * {@code --precision} as in {@code swav pretrain}.
 */
public final class TwoProcesses {
    private static final int WARM_UP = 2;
    private static final int SUMS = 200;
    /** float32 of a sum: a number, batch norms of 64, 512 and 2048 channels, Sinkhorn's 3000 in float64, a bucket. */
    private static final int[] SIZES = {1, 256, 2_048, 8_192, 6_000, 262_144, 6_553_600};

    private static final Set<String> FLAGS =
            Set.of("rounds", "steps", "batch-size", "arch", "crops", "precision", "rank", "world", "port");

    private TwoProcesses() {}

    /** Runs and prints tables. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(args, FLAGS);
        if (flags.has("rank")) {
            Child.answer(rank(flags));
            return;
        }
        int rounds = flags.number("rounds", 5);
        double[] one = new double[rounds];
        double[] two = new double[rounds];
        double[] shares = new double[rounds];
        List<Map<String, Object>> sums = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            one[round] = Child.number(children(args, 1).get(0), "seconds");
            List<Map<String, Object>> ranks = children(args, 2);
            two[round] = Child.number(ranks.get(0), "seconds");
            shares[round] = (Child.number(ranks.get(0), "exchange") + Child.number(ranks.get(1), "exchange")) / 2;
            sums.add(ranks.get(0));
        }
        PretrainConfig config = config(flags);
        Table steps = new Table(Workload.describe(config), "s a step (least to most)", "ratio", "in exchanges");
        steps.row("1 process, 2 threads", Spread.of(one).text(3), "1", "");
        steps.row(
                "2 processes, 1 thread each",
                Spread.of(two).text(3),
                Spread.ratio(two, one).text(2),
                Spread.of(shares).percent());
        Table costs = new Table("sum of", "ms (least to most)");
        for (int size : SIZES) {
            double[] millis = sums.stream()
                    .mapToDouble(found -> 1e3 * Child.number(found, "sum" + size))
                    .toArray();
            costs.row(
                    String.format(Locale.ROOT, "%,d bytes", 4L * size),
                    Spread.of(millis).text(3));
        }
        System.out.printf("%s; %d rounds in turns%n%n%s%n%s", Conditions.line(), rounds, steps, costs);
    }

    private static PretrainConfig config(Flags flags) {
        return Workload.small(32)
                .with(flags, Setting.BATCH_SIZE, Setting.ARCH, Setting.CROPS, Setting.PRECISION)
                .config();
    }

    private static List<Map<String, Object>> children(String[] args, int world) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        List<CompletableFuture<Map<String, Object>>> started = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            List<String> arguments = new ArrayList<>(List.of(args));
            arguments.addAll(List.of("--rank", "" + rank, "--world", "" + world, "--port", "" + port));
            started.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return Child.java(TwoProcesses.class, arguments);
                        } catch (IOException e) {
                            throw new CompletionException(e);
                        }
                    },
                    task -> new Thread(task).start()));
        }
        return started.stream().map(CompletableFuture::join).toList();
    }

    private static Map<String, Object> rank(Flags flags) {
        int world = flags.number("world", 1);
        int rank = flags.number("rank", 0);
        CpuThreads.useInTraining(2 / world);
        if (world == 1) {
            return steps(flags, new Alone());
        }
        RankEnvironment environment =
                new RankEnvironment("127.0.0.1", flags.number("port", 0), rank, world, rank, world);
        try (ProcessGroup ranks = ProcessGroup.join(environment, false, Duration.ofMinutes(5))) {
            Map<String, Object> found = steps(flags, ranks);
            for (int size : SIZES) {
                found.put("sum" + size, sum(ranks, size));
            }
            return found;
        }
    }

    /** Seconds. */
    private static double sum(Collective ranks, int size) {
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = torch.ones(size);
            int times = size > 1_000_000 ? SUMS / 10 : SUMS;
            ranks.sum(tensor);
            long begun = System.nanoTime();
            for (int i = 0; i < times; i++) {
                ranks.sum(tensor);
            }
            return (System.nanoTime() - begun) / 1e9 / times;
        }
    }

    private static Map<String, Object> steps(Flags flags, Collective ranks) {
        PretrainConfig config = config(flags);
        int steps = flags.number("steps", 10);
        int images = config.batchSize() / ranks.world();
        Timed timed = new Timed(ranks);
        RandomState.seed(config.seed());
        Placement placement = Placement.of(new ComputeDevice("cpu"), config.precision());
        try (PointerScope scope = new PointerScope();
                StateDict kept = new StateDict();
                TrainingState state = new TrainingState(config.model(), config.optimizer(), placement, timed);
                Pretrainer trainer = new Pretrainer(
                        state,
                        config.method(),
                        new LearningRate(config.schedule(), config.epochs(), WARM_UP + steps),
                        config.precision(),
                        Keeping.ALL,
                        timed)) {
            List<MicroBatch> batch = List.of(new MicroBatch(ReadyCrops.of(config.crops(), images, kept), images));
            long begun = 0;
            for (int step = 0; step < WARM_UP + steps; step++) {
                if (step == WARM_UP) {
                    timed.take();
                    begun = System.nanoTime();
                }
                trainer.step(batch, StepObserver.NONE);
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("seconds", seconds / steps);
            found.put("exchange", timed.take() / 1e9 / seconds);
            return found;
        }
    }
}
