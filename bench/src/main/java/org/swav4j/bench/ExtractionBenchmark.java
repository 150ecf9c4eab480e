package org.swav4j.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.comm.Alone;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Extraction;
import org.swav4j.eval.FeatureExtractor;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.ImagesDone;
import org.swav4j.eval.Knn;
import org.swav4j.eval.LabelledFeatures;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.nn.ResNet;
import org.swav4j.nn.Stem;
import org.swav4j.source.ImageSources;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.Precision;
import org.swav4j.train.MachineFacts;

/**
 * What evaluations reach: {@code bench/run ExtractionBenchmark}. For each size of batch, in every round, the same network runs
 * over ready-made pixels, with batch norms as they are trained and folded into the convolutions; then features are extracted
 * from image files; and the loading runs alone, on all cores, since the same cores do that work: the ceiling is
 * bare / (bare + loading). Then k-NN is timed on random features.
 *
 * <p>Flags: {@code --arch}, {@code --stem}, {@code --side}, {@code --images} a folder of images, {@code --count} of them,
 * {@code --batches} sizes with commas, {@code --rounds}, {@code --threads}, {@code --workers}, {@code --precision},
 * {@code --train}, {@code --test} and {@code --dim} of the k-NN; {@code --train 0} leaves it out.
 */
public final class ExtractionBenchmark {
    private static final int WARM = 2;

    private ExtractionBenchmark() {}

    /** Runs and prints two tables. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(
                args,
                Set.of(
                        "arch",
                        "stem",
                        "side",
                        "images",
                        "count",
                        "batches",
                        "rounds",
                        "threads",
                        "workers",
                        "precision",
                        "train",
                        "test",
                        "dim"));
        CpuThreads.use(flags.number("threads", Runtime.getRuntime().availableProcessors()));
        Table extraction = extraction(flags);
        System.out.printf("%s%n%n%s%n", Conditions.line(), extraction);
        if (flags.number("train", 1) > 0) {
            System.out.printf("%s%n", knn(flags));
        }
        System.exit(0);
    }

    private static Table extraction(Flags flags) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        int rounds = flags.number("rounds", 3);
        int workers = flags.number("workers", cores);
        EncoderInfo info =
                new EncoderInfo(flags.text("arch", "resnet18"), flags.text("stem", "small"), flags.number("side", 32));
        Precision precision =
                Precision.parse(flags.text("precision", MachineFacts.detect().bf16() ? "bf16" : "fp32"));
        LabelledImages all = ImageSources.open(Photographs.smallImages(flags.text("images", null)));
        LabelledImages images = new FirstImages(all, flags.number("count", 4096));
        EvalTransform view = FrozenEncoder.view(info.imageSize());
        Table table = new Table(
                "batch",
                "unfolded, images/s",
                "folded, images/s",
                "folded / unfolded",
                "extraction, images/s",
                "extraction / folded",
                "loading alone, images/s",
                "extraction / ceiling");
        try (Unfolded plain = new Unfolded(info, precision);
                FrozenEncoder folded = FrozenEncoder.untrained(info, 1, Placement.CPU, precision)) {
            for (String text : flags.text("batches", "32,64,128,256").split(",")) {
                int batch = Integer.parseInt(text);
                double[] slow = new double[rounds];
                double[] bare = new double[rounds];
                double[] whole = new double[rounds];
                double[] loading = new double[rounds];
                double[] reached = new double[rounds];
                bare(plain, WARM * batch, batch, view.size());
                bare(folded, WARM * batch, batch, view.size());
                for (int round = 0; round < rounds; round++) {
                    slow[round] = bare(plain, images.size(), batch, view.size());
                    bare[round] = bare(folded, images.size(), batch, view.size());
                    whole[round] = extraction(images, folded, view, batch, workers);
                    loading[round] = loading(images, view, batch, cores);
                    reached[round] = (bare[round] + loading[round]) / whole[round];
                }
                table.row(
                        batch,
                        Spread.of(slow).map(s -> images.size() / s).text(0),
                        Spread.of(bare).map(s -> images.size() / s).text(0),
                        Spread.ratio(slow, bare).percent(),
                        Spread.of(whole).map(s -> images.size() / s).text(0),
                        Spread.ratio(bare, whole).percent(),
                        Spread.of(loading).map(s -> images.size() / s).text(0),
                        Spread.of(reached).percent());
            }
        }
        System.out.printf(
                "%s %s at %d, %s; %d images; %d threads, %d workers; %d rounds%n",
                info.arch(),
                info.stem(),
                info.imageSize(),
                precision,
                images.size(),
                torch.get_num_threads(),
                workers,
                rounds);
        return table;
    }

    private static double bare(FeatureExtractor network, int images, int batch, long side) {
        try (PointerScope outer = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor pixels =
                    torch.randint(0, 256, new long[] {batch, side, side, 3}, new TensorOptions(ScalarType.Byte));
            long begun = System.nanoTime();
            for (int from = 0; from < images; from += batch) {
                try (PointerScope scope = new PointerScope()) {
                    network.features(pixels.narrow(0, 0, Math.min(batch, images - from)));
                }
            }
            return (System.nanoTime() - begun) / 1e9;
        }
    }

    private static double extraction(
            LabelledImages images, FrozenEncoder network, EvalTransform view, int batch, int workers) {
        long begun = System.nanoTime();
        Extraction how = new Extraction(view, batch, workers, new Quarantine("benchmark"), ImagesDone.UNHEARD);
        LabelledFeatures.extract(images, images.classNames(), network, how).close();
        return (System.nanoTime() - begun) / 1e9;
    }

    private static double loading(LabelledImages images, EvalTransform view, int batch, int workers) {
        long begun = System.nanoTime();
        try (ImageBatches batches = new ImageBatches(images, view, batch, workers, new Quarantine("benchmark"))) {
            for (Batch loaded = batches.next(); loaded != null; loaded = batches.next()) {
                loaded.release();
            }
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    private static Table knn(Flags flags) {
        int train = flags.number("train", 50_000);
        int test = flags.number("test", 10_000);
        int dim = flags.number("dim", 512);
        int rounds = flags.number("rounds", 3);
        List<String> classes = IntStream.range(0, 10).mapToObj(c -> "class" + c).toList();
        Knn knn = new Knn(List.of(20, 10, 100, 200), 0.07);
        double[] product = new double[rounds];
        double[] seconds = new double[rounds];
        double[] rates = new double[rounds];
        try (LabelledFeatures bank = random(train, dim);
                LabelledFeatures asked = random(test, dim)) {
            for (int round = 0; round < rounds; round++) {
                product[round] = product(bank, asked);
                long begun = System.nanoTime();
                knn.evaluate(bank, asked, classes);
                seconds[round] = (System.nanoTime() - begun) / 1e9;
                rates[round] = 2.0 * train * test * dim / seconds[round] / 1e9;
            }
        }
        return new Table("k-NN, k 10, 20, 100, 200", "s", "GFLOP/s", "the matrix product alone, s", "product / k-NN")
                .row(
                        String.format(Locale.ROOT, "%,d × %,d × %,d", train, test, dim),
                        Spread.of(seconds).text(2),
                        Spread.of(rates).text(0),
                        Spread.of(product).text(2),
                        Spread.ratio(product, seconds).percent());
    }

    private static double product(LabelledFeatures bank, LabelledFeatures asked) {
        long begun = System.nanoTime();
        try (PointerScope scope = new PointerScope()) {
            int block = 1024;
            for (int from = 0; from < asked.size(); from += block) {
                try (PointerScope inner = new PointerScope()) {
                    int rows = Math.min(block, asked.size() - from);
                    torch.mm(
                            asked.features().narrow(0, from, rows),
                            bank.features().t());
                }
            }
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    private static LabelledFeatures random(int rows, int dim) {
        try (PointerScope scope = new PointerScope()) {
            return LabelledFeatures.of(
                    torch.randn(rows, dim),
                    IntStream.range(0, rows).map(i -> i % 10).toArray());
        }
    }

    /** The network as a training leaves it. */
    private static final class Unfolded implements FeatureExtractor, AutoCloseable {
        private final ModuleState modules = new ModuleState(Placement.CPU);
        private final PixelNormalization normalization = new PixelNormalization(Placement.CPU);
        private final Precision precision;
        private final ResNet trunk;

        Unfolded(EncoderInfo info, Precision precision) {
            this.precision = precision;
            try (PointerScope scope = new PointerScope()) {
                trunk = new ResNet(modules, Architecture.parse(info.arch()), Stem.parse(info.stem()), new Alone());
            }
        }

        @Override
        public Tensor features(Tensor pixels) {
            try (Precision.Region region = precision.on(Placement.CPU.device().type())) {
                return trunk.forward(normalization.apply(pixels), Pass.INFERENCE)
                        .to(ScalarType.Float);
            }
        }

        @Override
        public void close() {
            normalization.close();
            modules.all().close();
        }
    }
}
