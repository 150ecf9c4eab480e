package org.swav4j.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BackendOptional;
import org.bytedeco.pytorch.BoolVector;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroup.BackendType;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Reducer;
import org.bytedeco.pytorch.SizeTStringMap;
import org.bytedeco.pytorch.SizeTVector;
import org.bytedeco.pytorch.SizeTVectorVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Alone;
import org.swav4j.comm.GradientAveraging;
import org.swav4j.comm.GradientCompression;
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
import org.swav4j.tensor.RandomState;

/**
 * Gradients averaged by {@code comm.GradientAveraging} beside those averaged by c10d's {@code Reducer}, which PyTorch's
 * DistributedDataParallel uses: forward and backward of two networks with the same weights, in turns, and whether the averages are the same.
 *
 * <p>Start it once for every rank, with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT set; c10d's group meets at the next port.
 * Flags: {@code --arch resnet50}, {@code --batch 8} images of a rank, {@code --size 96} pixels, {@code --threads 1},
 * {@code --rounds 7}.
 */
final class ReducerBenchmark {
    private static final long BUCKET_BYTES = 25L << 20;
    private static final long FIRST_BUCKET_BYTES = 1L << 20;
    private static final long TIMEOUT_MILLIS = 300_000;

    private ReducerBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Flags flags = Flags.of(arguments, Set.of("arch", "batch", "size", "threads", "rounds"));
        RankEnvironment environment =
                RankEnvironment.of(System.getenv()).orElseThrow(() -> new IllegalArgumentException("RANK is not set"));
        CpuThreads.useInTraining(flags.number("threads", 1));
        ModelConfig model = new ModelConfig(
                Architecture.parse(flags.text("arch", "resnet50")), Stem.IMAGENET, 2048, 128, List.of(300));
        int size = flags.number("size", 96);
        int rounds = flags.number("rounds", 7);
        Placement placement = Placement.of(ComputeDevice.CPU, Precision.FP32);
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        double difference = 0;
        try (ProcessGroup ranks = ProcessGroup.join(environment, false, Duration.ofMillis(TIMEOUT_MILLIS));
                PointerScope scope = new PointerScope();
                Swav first = seeded(model, placement);
                Swav second = seeded(model, placement);
                GradientAveraging averaging =
                        new GradientAveraging(ranks, first.parameters(), GradientCompression.NONE)) {
            List<Tensor> parameters = new ArrayList<>();
            second.parameters().forEach((name, parameter) -> parameters.add(parameter));
            TensorVector vector = new TensorVector(parameters.toArray(new Tensor[0]));
            Reducer reducer = reducer(vector, parameters.size(), environment);
            RandomState.seed(100 + environment.rank());
            Tensor pixels = torch.randint(
                    0, 256, new long[] {flags.number("batch", 8), size, size, 3}, new TensorOptions(ScalarType.Byte));
            for (int round = -2; round < rounds; round++) {
                double mine = byBuckets(first, averaging, ranks, pixels);
                double other = byReducer(second, reducer, ranks, pixels);
                if (round >= 0) {
                    ours.add(mine);
                    theirs.add(other);
                }
                difference = Math.max(difference, difference(first, second));
            }
        }
        if (environment.rank() == 0) {
            print(ours, theirs, difference, environment.world() + " processes, " + Arrays.toString(arguments));
        }
    }

    private static Swav seeded(ModelConfig model, Placement placement) {
        RandomState.seed(5);
        return new Swav(model, placement, new Alone());
    }

    private static Reducer reducer(TensorVector parameters, int count, RankEnvironment environment) {
        TCPStoreOptions where = new TCPStoreOptions();
        where.port((short) (environment.masterPort() + 1))
                .isServer(environment.rank() == 0)
                .waitWorkers(true)
                .timeout(new Milliseconds(TIMEOUT_MILLIS))
                .numWorkers(new SizeTPointer(1).put(environment.world()));
        // what the bindings construct is freed twice once c10d owns it; clones are not
        TCPStore store = new TCPStore(environment.masterAddress(), where);
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(new Milliseconds(TIMEOUT_MILLIS));
        options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(environment.masterAddress())));
        options.threads(2);
        ProcessGroupGloo gloo = new ProcessGroupGloo(
                new PrefixStore("gloo", store.clone()).clone(), environment.rank(), environment.world(), options);
        org.bytedeco.pytorch.ProcessGroup group = new org.bytedeco.pytorch.ProcessGroup(
                new PrefixStore("group", store.clone()).clone(), environment.rank(), environment.world());
        group.setBackend(DeviceType.CPU, BackendType.GLOO, new BackendOptional(gloo));
        group.setDefaultBackend(BackendType.GLOO);
        group.setGroupName("reducer");
        SizeTVectorVector inOrder = torch.compute_bucket_assignment_by_size(
                        parameters, new SizeTVector(FIRST_BUCKET_BYTES, BUCKET_BYTES))
                .get0();
        // gradients are ready from the last layer on
        SizeTVectorVector buckets = new SizeTVectorVector(inOrder.size());
        for (long i = 0; i < inOrder.size(); i++) {
            buckets.put(i, inOrder.get(inOrder.size() - 1 - i));
        }
        BoolVector dense = new BoolVector(count);
        for (int i = 0; i < count; i++) {
            dense.put(i, false);
        }
        return new Reducer(
                parameters,
                buckets,
                group,
                dense,
                BUCKET_BYTES,
                false,
                true,
                new SizeTStringMap(),
                FIRST_BUCKET_BYTES,
                false,
                false);
    }

    private static double byBuckets(Swav model, GradientAveraging averaging, ProcessGroup ranks, Tensor pixels) {
        try (PointerScope scope = new PointerScope()) {
            ranks.sum(torch.zeros(1));
            long begin = System.nanoTime();
            clear(model);
            averaging.begin(name -> 1);
            loss(model, pixels).backward();
            averaging.finish();
            return (System.nanoTime() - begin) / 1e9;
        }
    }

    private static double byReducer(Swav model, Reducer reducer, ProcessGroup ranks, Tensor pixels) {
        try (PointerScope scope = new PointerScope()) {
            ranks.sum(torch.zeros(1));
            long begin = System.nanoTime();
            clear(model);
            reducer.prepare_for_forward();
            Tensor loss = loss(model, pixels);
            reducer.prepare_for_backward(new TensorVector(loss));
            loss.backward();
            return (System.nanoTime() - begin) / 1e9;
        }
    }

    /** Sets gradients to zero in their places, which are views of buckets. */
    private static void clear(Swav model) {
        model.parameters().forEach((name, parameter) -> {
            if (parameter.grad().defined()) {
                parameter.grad().zero_();
            }
        });
    }

    private static Tensor loss(Swav model, Tensor pixels) {
        Tensor trunk = model.trunk(List.of(pixels), Pass.TRAINING, Precision.FP32);
        return model.project(trunk, Pass.TRAINING, Precision.FP32)
                .scores()
                .get(0)
                .square()
                .sum();
    }

    /** Of the averages, relative to their norm. */
    private static double difference(Swav first, Swav second) {
        double[] squares = new double[2];
        try (PointerScope scope = new PointerScope()) {
            first.parameters().forEach((name, parameter) -> {
                Tensor other = second.parameters().get(name).grad();
                squares[0] += parameter.grad().sub(other).square().sum().item_double();
                squares[1] += other.square().sum().item_double();
            });
        }
        return Math.sqrt(squares[0] / squares[1]);
    }

    private static void print(List<Double> ours, List<Double> theirs, double difference, String what) {
        double[] own = values(ours);
        double[] reducer = values(theirs);
        System.out.println(what);
        System.out.printf(
                Locale.ROOT,
                "own buckets %.0f ms, c10d's Reducer %.0f ms, own / Reducer %s; averages differ by %.1e%n",
                1e3 * Spread.of(own).median(),
                1e3 * Spread.of(reducer).median(),
                Spread.ratio(own, reducer).text(3),
                difference);
    }

    private static double[] values(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
