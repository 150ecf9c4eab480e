package org.swav4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.Canvas;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.batch.BatchAugmentation;
import org.swav4j.comm.Alone;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.SwavConfig;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.FlopCount;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stem;
import org.swav4j.optim.LearningRate;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.DeviceStream;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.train.Pretrainer;
import org.swav4j.train.StepObserver;
import org.swav4j.train.TrainingState;

/**
 * A GPU's part of {@code bench/gpu.sh}, one phase a call: {@code check} (what is there), {@code parity} (training on the GPU
 * beside the CPU, in float32), {@code augment BATCH}, {@code step ARCH CROPS BATCH...} (whole SwAV steps on ready-made crops in bfloat16: images a
 * second, memory, share of the peak that large matrix products reach in the same run).
 */
public final class GpuBenchmark {
    private static final ComputeDevice GPU = new ComputeDevice("cuda:0");
    private static final int WARM_UP = 6;
    private static final int LEAST_STEPS = 12;
    private static final double SECONDS = 6;
    private static final int PROTOTYPES = 3000;

    private GpuBenchmark() {}

    /** Runs a phase. */
    public static void main(String[] args) {
        if (!torch.cuda_is_available()) {
            System.out.println("no GPU: libtorch sees no CUDA device (driver missing, or built without -Pgpu)");
            System.exit(2);
        }
        GPU.configure();
        switch (args.length == 0 ? "check" : args[0]) {
            case "check" -> check();
            case "parity" -> parity();
            case "augment" -> augmentSpeed(Integer.parseInt(args[1]));
            case "step" -> steps(args[1], CropSpec.parseAll(args[2]), Arrays.copyOfRange(args, 3, args.length));
            default -> throw new IllegalArgumentException("phases: check, parity, augment, step");
        }
        System.exit(0);
    }

    private static void check() {
        System.out.printf(
                Locale.ROOT,
                "GPU memory %.1f GiB, cuDNN %d, CUDA runtime %d%n",
                GPU.memoryBytes() / (double) (1L << 30),
                torch.globalContext().versionCuDNN(),
                torch.globalContext().versionCUDART());
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.ones(new long[] {64, 64}, onGpu(ScalarType.Float));
            System.out.printf(
                    Locale.ROOT, "64 ones times 64 ones: %.0f%n", x.mm(x).max().item_double());
        }
    }

    private static TensorOptions onGpu(ScalarType type) {
        return new TensorOptions(type).device(new DeviceOptional(GPU.toTorch()));
    }

    // ---- the same training on both devices -------------------------------------------------------------------------

    private static final int PARITY_STEPS = 6;

    private static void parity() {
        parity("resnet18", 16, "2x64@0.3-1,2x32@0.1-0.3", OptimizerConfig.Kind.LARC);
        parity("resnet18", 16, "2x64@0.3-1,2x32@0.1-0.3", OptimizerConfig.Kind.ADAMW);
        parity("resnet50", 4, "2x96@0.3-1,2x64@0.1-0.3", OptimizerConfig.Kind.LARC);
        augmentation();
        for (OptimizerConfig.Kind kind : OptimizerConfig.Kind.values()) {
            System.out.printf(
                    "the host waits for the GPU inside a step with %s: %s%n", kind, waits(kind) ? "YES" : "no");
        }
    }

    /** The same views of noise, made by tensor operations on both devices. */
    private static void augmentation() {
        MultiCrop recipe = new MultiCrop(CropSpec.parseAll("2x224@0.14-1,6x96@0.05-0.14"), Augmentation.SWAV);
        int batch = 8;
        int side = Canvas.of(recipe).side();
        try (PointerScope scope = new PointerScope()) {
            Tensor squares = torch.randint(256, new long[] {batch, side, side, 3}, new TensorOptions(ScalarType.Byte));
            List<Canvas.Placed> images = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                images.add(new Canvas.Placed(500 - i, 375, recipe.draw(500 - i, 375, new SplittableRandom(i))));
            }
            List<Tensor> host = new ArrayList<>();
            List<Tensor> device = new ArrayList<>();
            for (CropSpec spec : recipe.crops()) {
                long[] shape = {(long) spec.count() * batch, spec.size(), spec.size(), 3};
                host.add(torch.zeros(shape, new TensorOptions(ScalarType.Byte)));
                device.add(torch.zeros(shape, onGpu(ScalarType.Byte)));
            }
            new BatchAugmentation(recipe).apply(squares, images, host);
            new BatchAugmentation(recipe).apply(onGpu(List.of(squares)).get(0), images, device);
            for (int r = 0; r < host.size(); r++) {
                Tensor difference = host.get(r)
                        .to(ScalarType.Float)
                        .sub(device.get(r).cpu().to(ScalarType.Float))
                        .abs();
                System.out.printf(
                        Locale.ROOT,
                        "augmentation of noise by tensors, %s: GPU and CPU differ by %.4f levels, at most %.0f%n",
                        recipe.crops().get(r),
                        difference.mean().item_double(),
                        difference.max().item_double());
            }
        }
    }

    /**
     * Gives the GPU two seconds of work, then a step: who waits for the device within it comes back only after that work. The
     * network is small, as a host that has queued a thousand operations waits in any case.
     */
    private static boolean waits(OptimizerConfig.Kind kind) {
        RandomState.seed(31);
        try (PointerScope scope = new PointerScope();
                Training training = new Training("resnet10w0.5", GPU, Precision.BF16, kind, 64);
                DeviceStream compute = DeviceStream.current(GPU);
                DeviceStream.Mark end = compute.newMark();
                NoGradGuard noGrad = new NoGradGuard()) {
            int batch = 32;
            List<Tensor> pixels = onGpu(randomCrops(CropSpec.parseAll("2x32@0.3-1"), batch));
            Tensor a = torch.ones(new long[] {8192, 8192}, onGpu(ScalarType.BFloat16));
            Tensor product = torch.mm(a, a);
            boolean waited = false;
            for (int round = 0; round < 3; round++) {
                torch.synchronizeDevice((byte) 0);
                for (int i = 0; round > 0 && i < 400; i++) {
                    torch.mm_out(product, a, a);
                }
                end.set(compute);
                training.step(pixels, batch);
                waited |= round > 0 && end.isReached();
                training.trainer.lastLoss();
            }
            return waited;
        }
    }

    private static List<Tensor> onGpu(List<Tensor> tensors) {
        return tensors.stream().map(t -> t.to(GPU.toTorch(), ScalarType.Byte)).toList();
    }

    private static void parity(String arch, int batch, String crops, OptimizerConfig.Kind kind) {
        List<CropSpec> specs = CropSpec.parseAll(crops);
        System.out.printf(Locale.ROOT, "parity in float32: %s, batch %d, %s, %s%n", arch, batch, crops, kind);
        RandomState.seed(31);
        try (Training cpu = new Training(arch, ComputeDevice.CPU, Precision.FP32, kind, 64);
                Training gpu = new Training(arch, GPU, Precision.FP32, kind, 64)) {
            gpu.state.model().state().copyFrom(cpu.state.model().state(), "the CPU's");
            for (int step = 0; step < PARITY_STEPS; step++) {
                try (PointerScope scope = new PointerScope()) {
                    List<Tensor> pixels = randomCrops(specs, batch);
                    cpu.step(pixels, batch);
                    gpu.step(onGpu(pixels), batch);
                    System.out.printf(
                            Locale.ROOT,
                            "  step %d: loss %.6f on the CPU, %.6f on the GPU; weights differ by %.2e of their size%n",
                            step,
                            cpu.trainer.lastLoss(),
                            gpu.trainer.lastLoss(),
                            difference(cpu, gpu));
                }
            }
        }
    }

    /** ‖gpu − cpu‖ / ‖cpu‖ over all parameters. */
    private static double difference(Training cpu, Training gpu) {
        double[] squares = new double[2];
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            cpu.state.model().parameters().forEach((name, expected) -> {
                Tensor actual = gpu.state.model().parameters().get(name).cpu();
                squares[0] += Math.pow(actual.sub(expected).norm().item_double(), 2);
                squares[1] += Math.pow(expected.norm().item_double(), 2);
            });
        }
        return Math.sqrt(squares[0] / squares[1]);
    }

    /** How long the crops of a batch take on an otherwise idle GPU. */
    private static void augmentSpeed(int batch) {
        MultiCrop recipe = new MultiCrop(CropSpec.parseAll("2x224@0.14-1,6x96@0.05-0.14"), Augmentation.SWAV);
        int side = Canvas.of(recipe).side();
        try (PointerScope scope = new PointerScope()) {
            Tensor squares = torch.randint(256, new long[] {batch, side, side, 3}, onGpu(ScalarType.Byte));
            List<Canvas.Placed> images = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                images.add(new Canvas.Placed(500, 375, recipe.draw(500, 375, new SplittableRandom(i))));
            }
            List<Tensor> crops = recipe.crops().stream()
                    .map(spec -> torch.zeros(
                            new long[] {(long) spec.count() * batch, spec.size(), spec.size(), 3},
                            onGpu(ScalarType.Byte)))
                    .toList();
            for (int round = 0; round < 4; round++) {
                long start = System.nanoTime();
                new BatchAugmentation(recipe).apply(squares, images, crops);
                double host = (System.nanoTime() - start) / 1e6;
                torch.synchronizeDevice((byte) 0);
                System.out.printf(
                        Locale.ROOT,
                        "augmentation of %d images on the GPU: %.1f ms, of which the host was busy %.1f ms%n",
                        batch,
                        (System.nanoTime() - start) / 1e6,
                        host);
            }
        }
    }

    // ---- speed -----------------------------------------------------------------------------------------------------

    private static void steps(String arch, List<CropSpec> crops, String[] batches) {
        double peak = peak(ScalarType.BFloat16, 8192);
        System.out.printf(
                Locale.ROOT,
                "matrix products: bf16 8192^3 %.0f TFLOP/s, fp32 4096^3 %.0f TFLOP/s%n",
                peak / 1e12,
                peak(ScalarType.Float, 4096) / 1e12);
        double flops = flops(Architecture.parse(arch), crops);
        System.out.printf(Locale.ROOT, "%s, %s: %.1f GFLOP an image and step%n", arch, crops, flops / 1e9);
        for (String batch : batches) {
            try {
                step(arch, crops, Integer.parseInt(batch), flops, peak);
            } catch (RuntimeException e) {
                System.out.printf(
                        "batch %s: %s%n",
                        batch, e.getMessage().lines().findFirst().orElse(""));
            }
            torch.emptyCache();
        }
    }

    private static void step(String arch, List<CropSpec> crops, int batch, double flops, double peak) {
        RandomState.seed(31);
        try (PointerScope scope = new PointerScope();
                Training training = new Training(arch, GPU, Precision.BF16, OptimizerConfig.Kind.LARC, PROTOTYPES)) {
            List<Tensor> pixels = onGpu(randomCrops(crops, batch));
            for (int i = 0; i < WARM_UP; i++) {
                training.step(pixels, batch);
            }
            List<Double> seconds = new ArrayList<>();
            training.trainer.lastLoss();
            torch.synchronizeDevice((byte) 0);
            long begin = System.nanoTime();
            long last = begin;
            while (seconds.size() < LEAST_STEPS || last - begin < SECONDS * 1e9) {
                training.step(pixels, batch);
                long now = System.nanoTime();
                seconds.add((now - last) / 1e9);
                last = now;
            }
            training.trainer.lastLoss();
            torch.synchronizeDevice((byte) 0);
            double mean = (System.nanoTime() - begin) / 1e9 / seconds.size();
            seconds.sort(null);
            try (SizeTPair memory = torch.getMemoryInfo((byte) 0)) {
                System.out.printf(
                        Locale.ROOT,
                        "batch %4d: %7.1f images/s (median step %.1f ms, %.1f to %.1f), %.1f GiB of GPU memory, MFU %.1f %%%n",
                        batch,
                        batch / mean,
                        1e3 * seconds.get(seconds.size() / 2),
                        1e3 * seconds.get(0),
                        1e3 * seconds.get(seconds.size() - 1),
                        (memory.second() - memory.first()) / (double) (1L << 30),
                        100 * batch * flops / mean / peak);
            }
        }
    }

    /** FLOP a second of products of random square matrices, the best of three rounds. */
    private static double peak(ScalarType type, int n) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor a = torch.randn(new long[] {n, n}, onGpu(type));
            Tensor b = torch.randn(new long[] {n, n}, onGpu(type));
            Tensor c = torch.mm(a, b);
            double best = 0;
            for (int round = 0; round < 4; round++) {
                torch.synchronizeDevice((byte) 0);
                long start = System.nanoTime();
                for (int i = 0; i < 20; i++) {
                    torch.mm_out(c, a, b);
                }
                torch.synchronizeDevice((byte) 0);
                double rate = 20 * 2.0 * n * n * n / ((System.nanoTime() - start) / 1e9);
                best = round == 0 ? 0 : Math.max(best, rate);
            }
            return best;
        }
    }

    /** Operations of a training step for one image, see {@link FlopCount}. */
    private static double flops(Architecture arch, List<CropSpec> crops) {
        FlopCount count = new FlopCount(arch, Stem.IMAGENET);
        double flops = 0;
        for (CropSpec crop : crops) {
            double each = (double) count.trunkTraining(crop.size())
                    + count.headTraining(2048, 128)
                    + FlopCount.scoresTraining(128, List.of(PROTOTYPES));
            flops += crop.count() * each;
        }
        return flops;
    }

    private static List<Tensor> randomCrops(List<CropSpec> crops, int batch) {
        return crops.stream()
                .map(crop -> torch.randint(
                        256,
                        new long[] {(long) crop.count() * batch, crop.size(), crop.size(), 3},
                        new TensorOptions(ScalarType.Byte)))
                .toList();
    }

    /** A network and its training with the paper's settings. */
    private static final class Training implements AutoCloseable {
        private final TrainingState state;
        private final Pretrainer trainer;

        Training(String arch, ComputeDevice device, Precision precision, OptimizerConfig.Kind kind, int prototypes) {
            ModelConfig model =
                    new ModelConfig(Architecture.parse(arch), Stem.IMAGENET, 2048, 128, List.of(prototypes));
            OptimizerConfig optimizer = new OptimizerConfig(kind, 1e-6, 0.9, 0.001, false);
            SwavConfig method = new SwavConfig(0.05, 3, 0.1, List.of(0, 1), 0, 0, 0);
            double rate = kind == OptimizerConfig.Kind.LARC ? 0.6 : 1e-3;
            LearningRate schedule = new LearningRate(new ScheduleConfig(rate, 0, 0, 0), 1, 100_000);
            state = new TrainingState(model, optimizer, Placement.of(device, precision), new Alone());
            trainer = new Pretrainer(state, method, schedule, precision, Keeping.ALL, new Alone());
        }

        void step(List<Tensor> pixels, int batch) {
            try (AutoGradMode gradients = new AutoGradMode(true)) {
                trainer.step(List.of(new MicroBatch(pixels, batch)), StepObserver.NONE);
            }
        }

        @Override
        public void close() {
            trainer.close();
            state.close();
        }
    }
}
